import type { DeliveryFilter } from './delivery-reads.js';
import { DeliveryDatabase } from './testing/delivery-database.js';

let database: DeliveryDatabase;
let webhook: string;
beforeAll(async () => {
  database = await DeliveryDatabase.create();
});
beforeEach(async () => {
  webhook = await database.endpoint();
  await database.owner.query('update webhooks.endpoints set most_in_flight = 32');
});
afterEach(() => database.empty());
afterAll(() => database.drop());

const list = (filter: Partial<DeliveryFilter> = {}, orgId = 'org_a') =>
  database.reads.list(orgId, webhook, { limit: 50, before: null, ...filter });
const idsOf = async (filter: Partial<DeliveryFilter> = {}) => (await list(filter)).deliveries.map(({ id }) => id);

it('shows a delivery as it stands', async () => {
  const [id = ''] = await database.pend(webhook, 1);
  const now = Math.floor(Date.now() / 1_000);
  const before = await database.reads.get('org_a', webhook, id);
  expect(before).toEqual({
    ...{ id, event_id: `evt_${'1'.padStart(32, '0')}`, event_type: 'job.completed', sequence: 1, status: 'pending' },
    ...{ test: false, redelivery_of: null, attempts: [] },
    created_at: expect.any(Number) as number,
    next_attempt_at: before?.created_at,
  });
  expect(Math.abs((before?.created_at ?? 0) - now)).toBeLessThan(60);
  await database.finish(await database.claim());
  expect(await database.reads.get('org_a', webhook, id)).toEqual({
    ...before,
    ...{ status: 'delivered', next_attempt_at: null },
    attempts: [expect.objectContaining({ response_status: 204, error_class: null, duration_ms: 20 })],
  });
});

it('filters by status and type, newest first', async () => {
  const [failed, delivered, pending] = await database.pend(webhook, 3);
  const [other] = await database.pend(webhook, 1, { event_type: 'job.failed' });
  const leases = await database.claim();
  await database.finish(
    leases.filter(({ deliveryId }) => deliveryId === failed),
    { error: 'tls' },
  );
  await database.finish(leases.filter(({ deliveryId }) => deliveryId === delivered));
  expect(await idsOf()).toEqual([other, pending, delivered, failed]);
  expect(await idsOf({ status: ['pending'] })).toEqual([other, pending]);
  expect(await idsOf({ status: ['failed'] })).toEqual([failed]);
  expect(await idsOf({ status: ['pending', 'delivered'] })).toEqual([other, pending, delivered]);
  expect(await idsOf({ status: ['skipped'] })).toEqual([]);
  expect(await idsOf({ eventType: ['job.failed', 'job.progress'] })).toEqual([other]);
  expect(await idsOf({ eventType: ['job.failed'], status: ['delivered'] })).toEqual([]);
});

it('pages so that each comes once, while deliveries finish and others are added', async () => {
  const all = (await database.pend(webhook, 9)).toReversed();
  const seen: string[] = [];
  for (let before: string | null = null, page = 0; ; page++) {
    const { deliveries, next } = await list({ limit: 2, before });
    seen.push(...deliveries.map(({ id }) => id));
    // One that was shown, and one that was not.
    await database.finish(await database.claim({ most: 2 }));
    await database.pend(webhook, 1);
    if (next === null) break;
    before = next;
    expect(page).toBeLessThan(9);
  }
  expect(seen).toEqual(all);
});

it('ends a page of exactly what there is', async () => {
  await database.pend(webhook, 2);
  expect((await list({ limit: 2 })).next).toBeNull();
  expect((await list({ limit: 1 })).next).not.toBeNull();
});

it('tells how endpoints fare: backlog, last attempt, and the share of successes of a day', async () => {
  expect(await database.reads.figures('org_a', [webhook])).toEqual(
    new Map([[webhook, { lastDelivery: null, successRate24h: null, backlog: 0 }]]),
  );
  await database.pend(webhook, 4);
  const [one, two, three] = await database.claim({ most: 3 });
  if (one === undefined || two === undefined || three === undefined) throw new Error('there are none');
  await database.finish([one]);
  await database.finish([two], { at: Date.now() - 25 * 3_600_000 });
  await database.finish([three], { error: 'status', response: 500, againIn: 60 });
  const figures = (await database.reads.figures('org_a', [webhook, 'whk_unknown'])).get(webhook);
  expect(figures).toMatchObject({
    ...{ successRate24h: 0.5, backlog: 2 },
    lastDelivery: { status: 'pending', response_status: 500 },
  });
  expect(await database.reads.figures('org_a', [])).toEqual(new Map());
});

it('counts the events of a range, its end excluded', async () => {
  for (const [n, type] of [
    [1, 'job.completed'],
    [2, 'job.completed'],
    [3, 'job.failed'],
    [4, 'job.completed'],
  ] as const) {
    await database.owner.query(
      `insert into webhooks.events values ('org_a', $1::int, 'evt_' || $1::int, $2, to_timestamp($1::int), 'job-1', $1::int)`,
      [n, type],
    );
  }
  const count = (types: readonly string[], since: number, until: number, orgId = 'org_a') =>
    database.reads.countEvents(orgId, { types, since, until });
  expect(await count(['job.completed'], 1, 4)).toBe(2);
  expect(await count(['job.completed', 'job.failed'], 2, 5)).toBe(3);
  expect(await count(['job.completed'], 5, 9)).toBe(0);
  expect(await count(['job.completed'], 1, 5, 'org_b')).toBe(0);
});

it('shows another organization nothing', async () => {
  const [id = ''] = await database.pend(webhook, 1);
  expect(await list({}, 'org_b')).toEqual({ deliveries: [], next: null });
  expect(await database.reads.get('org_b', webhook, id)).toBeNull();
  expect(await database.reads.figures('org_b', [webhook])).toEqual(new Map());
});
