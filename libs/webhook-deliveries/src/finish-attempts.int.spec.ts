import { DeliveryDatabase } from './testing/delivery-database.js';
import type { LeasedDelivery } from './leases.js';

let database: DeliveryDatabase;
beforeAll(async () => {
  database = await DeliveryDatabase.create();
});
afterEach(() => database.empty());
afterAll(() => database.drop());

/** One delivery of a new endpoint, leased. */
async function leased(): Promise<LeasedDelivery> {
  await database.pend(await database.endpoint(), 1);
  const [lease] = await database.claim();
  if (lease === undefined) throw new Error('there is none');
  return lease;
}

it('moves what is finished to history, with its number and attempts', async () => {
  const lease = await leased();
  const { number } = await database.row<{ number: string }>('deliveries', lease.webhookId);
  expect(await database.finish([lease])).toEqual(new Set([lease.deliveryId]));
  expect([await database.count('deliveries'), await database.count('history')]).toEqual([0, 1]);
  const row = await database.row('history', lease.webhookId);
  expect(row).toMatchObject({ delivery_id: lease.deliveryId, number, status: 'delivered', body: lease.body });
  expect(row['attempts']).toMatchObject([{ response_status: 204, error_class: null }]);
});

it('hears the holder of the lease alone, and once', async () => {
  const lease = await leased();
  const stranger = { ...lease, leaseToken: '00000000-0000-4000-8000-000000000000' };
  expect(await database.finish([stranger])).toEqual(new Set());
  expect(await database.count('attempt_counts')).toBe(0);
  expect(await database.finish([lease])).toEqual(new Set([lease.deliveryId]));
  expect(await database.finish([lease])).toEqual(new Set());
  expect(await database.count('history')).toBe(1);
});

it('hears those that hold among those that do not', async () => {
  const webhook = await database.endpoint();
  await database.pend(webhook, 2);
  const [one, two] = await database.claim();
  if (one === undefined || two === undefined) throw new Error('there are none');
  expect(await database.finish([{ ...one, leaseToken: two.leaseToken }, two])).toEqual(new Set([two.deliveryId]));
});

it('keeps the attempts of what is tried again, and is due when it says', async () => {
  const lease = await leased();
  await database.finish([lease], { error: 'timeout', againIn: 60 });
  expect(await database.claim()).toEqual([]);
  const row = await database.row<{ next_attempt_at: Date; attempts: object[] }>('deliveries', lease.webhookId);
  expect(row.next_attempt_at.getTime()).toBeGreaterThan(Date.now());
  expect(row.attempts).toMatchObject([{ error_class: 'timeout' }]);
  await database.passTime(61_000);
  const again = await database.claim();
  expect(again).toMatchObject([{ deliveryId: lease.deliveryId, attempts: 1 }]);
  await database.finish(again, { error: 'status', response: 500 });
  const { attempts, status } = await database.row('history', lease.webhookId);
  expect([status, attempts]).toMatchObject(['failed', [{ error_class: 'timeout' }, { response_status: 500 }]]);
});

it('leaves nothing half done: a delivery is pending or finished, and its attempt is counted with it', async () => {
  const lease = await leased();
  // The last thing that it writes cannot be written.
  await database.owner.query('alter table webhooks.endpoints add constraint broken check (last_delivery is null)');
  await expect(database.finish([lease])).rejects.toThrow(/broken/);
  expect([await database.count('history'), await database.count('attempt_counts')]).toEqual([0, 0]);
  await database.owner.query('alter table webhooks.endpoints drop constraint broken');
  expect(await database.finish([lease])).toEqual(new Set([lease.deliveryId]));
  expect([await database.count('history'), await database.count('attempt_counts')]).toEqual([1, 1]);
});

it('counts attempts by the minute, but no tests', async () => {
  const webhook = await database.endpoint();
  await database.pend(webhook, 1);
  await database.pend(webhook, 1, { test: true, cause: 'dlv_x' });
  await database.finish(await database.claim());
  await database.pend(webhook, 1);
  await database.finish(await database.claim(), { error: 'reset', againIn: 5 });
  const { rows } = await database.owner.query(
    'select sum(attempts)::int as attempts, sum(successes)::int as successes from webhooks.attempt_counts',
  );
  expect(rows).toEqual([{ attempts: 2, successes: 1 }]);
});

it('finishes on a day that nobody has made yet', async () => {
  const lease = await leased();
  const { rows } = await database.owner.query<{ day: string }>(
    `select 'history_' || to_char(now() at time zone 'UTC', 'YYYYMMDD') as day`,
  );
  await database.owner.query(`drop table webhooks.${rows[0]?.day}`);
  expect(await database.finish([lease])).toEqual(new Set([lease.deliveryId]));
  expect(await database.count('history')).toBe(1);
});

it('waits in no circle where many finish and are given back at once, in whatever order', async () => {
  const webhooks = await Promise.all([0, 1, 2, 3].map((n) => database.endpoint(n)));
  await database.owner.query('update webhooks.endpoints set most_in_flight = 32');
  for (const webhook of webhooks) await database.pend(webhook, 24);
  const leases = await database.claim();
  expect(leases).toHaveLength(96);
  const batches = Array.from({ length: 12 }, (_, n) => leases.filter((_, index) => index % 12 === n));
  await Promise.all(
    batches.map((batch, n) => {
      const ordered = n % 2 === 0 ? batch : batch.toReversed();
      return n % 3 === 0 ? database.leases.release(ordered, 0) : database.finish(ordered);
    }),
  );
  expect([await database.count('history'), await database.count('deliveries')]).toEqual([64, 32]);
});
