import { eventually, webhookActivated, webhookDeleted, webhookPaused } from '#libs/testing';
import { DeliveryDatabase } from './testing/delivery-database.js';

let database: DeliveryDatabase;
beforeAll(async () => {
  database = await DeliveryDatabase.create();
});
afterEach(() => database.empty());
afterAll(() => database.drop());

const ids = (leases: readonly { readonly deliveryId: string }[]) => leases.map(({ deliveryId }) => deliveryId).sort();

it('leases what is due with all that an attempt needs, and once', async () => {
  const webhook = await database.endpoint();
  const [delivery] = await database.pend(webhook, 1);
  const [lease, ...more] = await database.claim();
  expect(lease).toMatchObject({
    ...{ deliveryId: delivery, orgId: 'org_a', webhookId: webhook, url: 'https://hooks.example.com/in', attempts: 0 },
    ...{ eventType: 'job.completed', test: false, redelivery: false, body: '{"n":1}' },
    secrets: [{ secretId: 'whs_AbCdEfGh123456780000', endsAt: null }],
  });
  expect(more).toEqual([]);
  expect(await database.claim()).toEqual([]);
});

it('says what is sent again, and what is a test', async () => {
  const webhook = await database.endpoint();
  await database.pend(webhook, 1, { cause: 'rpl_1' });
  await database.pend(webhook, 1, { cause: 'dlv_2', test: true });
  expect(await database.claim()).toMatchObject([
    { test: false, redelivery: true },
    { test: true, redelivery: false },
  ]);
});

it('leases no more of an endpoint than it may have under way, the oldest first, and the next when one ends', async () => {
  const webhook = await database.endpoint();
  const [first, second, third, fourth] = await database.pend(webhook, 4);
  const leases = await database.claim();
  expect(ids(leases)).toEqual([first, second]);
  expect(await database.claim()).toEqual([]);
  const [one] = leases;
  if (one === undefined) throw new Error('there is none');
  // Its one place is free again, and an answer in time has earned it another.
  await database.finish([one]);
  expect(ids(await database.claim())).toEqual([third, fourth]);
});

it('serves the endpoint first that has waited longest, and leaves the rest of a full one for later', async () => {
  const [early, late] = [await database.endpoint(0), await database.endpoint(1)];
  await database.pend(late, 1);
  await database.pend(early, 5);
  await database.owner.query(
    `update webhooks.endpoints set due_at = due_at - interval '1 minute' where webhook_id = $1`,
    [early],
  );
  expect(await database.claim({ most: 1 })).toMatchObject([{ webhookId: early }]);
  // The early one has one place left and, being due again at once, comes behind the one that has waited meanwhile.
  expect(await database.claim({ most: 1 })).toMatchObject([{ webhookId: late }]);
  expect(await database.claim({ most: 9 })).toMatchObject([{ webhookId: early }]);
  expect(await database.claim()).toEqual([]);
});

it('leaves to each organization its share, counting what the caller has under way', async () => {
  const own = [await database.endpoint(0), await database.endpoint(1), await database.endpoint(2)];
  const other = await database.endpoint(3, 'org_b');
  for (const webhook of own) await database.pend(webhook, 2);
  await database.pend(other, 2, { org_id: 'org_b' });
  const claimed = await database.claim({ mostOfOrganization: 4, inFlight: new Map([['org_a', 1]]) });
  const count = (org: string) => claimed.filter(({ orgId }) => orgId === org).length;
  expect([count('org_a'), count('org_b')]).toEqual([3, 2]);
  // What had no room has lost nothing.
  expect(await database.claim({ mostOfOrganization: 4 })).toHaveLength(3);
});

it('hides nobody behind an organization that has no room, however many endpoints that has', async () => {
  const first = await database.endpoint(0);
  await database.owner.query(
    `insert into webhooks.endpoints (webhook_id, org_id, status, status_revision, url, secrets, secrets_revision, due_at)
     select 'whk_' || n, org_id, 'active', 0, url, secrets, 0, now() - interval '1 hour'
     from webhooks.endpoints, generate_series(1, 600) n where webhook_id = $1`,
    [first],
  );
  await database.owner.query(
    `insert into webhooks.deliveries (delivery_id, org_id, webhook_id, event_id, event_type, position, body)
     select 'dlv_of_' || webhook_id, org_id, webhook_id, 'evt_1', 'job.failed', 1, '{}' from webhooks.endpoints`,
  );
  const other = await database.endpoint(1, 'org_b');
  await database.pend(other, 1, { org_id: 'org_b' });
  const limits = { mostOfOrganization: 10, inFlight: new Map([['org_a', 10]]) };
  expect(await database.claim(limits)).toMatchObject([{ webhookId: other }]);
});

it('keeps slow endpoints to their own lane', async () => {
  const [quick, slow] = [await database.endpoint(0), await database.endpoint(1)];
  for (const webhook of [quick, slow]) await database.pend(webhook, 1);
  await database.owner.query('update webhooks.endpoints set slow = true where webhook_id = $1', [slow]);
  expect(await database.claim({ slow: false })).toMatchObject([{ webhookId: quick }]);
  expect(await database.claim({ slow: true })).toMatchObject([{ webhookId: slow }]);
});

it('leases again what was never finished, under another token, once the lease has ended', async () => {
  const webhook = await database.endpoint();
  await database.pend(webhook, 3);
  const before = await database.claim();
  await database.passTime(29_000);
  expect(await database.claim()).toEqual([]);
  await database.passTime(1_500);
  const after = await database.claim();
  // In turn by when each was due: the one that never was leased has waited longer.
  expect(after).toHaveLength(2);
  expect(after.map(({ leaseToken }) => leaseToken)).not.toEqual(
    expect.arrayContaining(before.map(({ leaseToken }) => leaseToken)),
  );
  const given = await database.finish(before.filter(({ deliveryId }) => ids(after).includes(deliveryId)));
  expect(given).toEqual(new Set());
});

it('gives two who claim at once never the same', async () => {
  const webhooks = await Promise.all([0, 1, 2, 3, 4, 5].map((n) => database.endpoint(n)));
  for (const webhook of webhooks) await database.pend(webhook, 4);
  await database.owner.query('update webhooks.endpoints set most_in_flight = 32');
  const seen: string[] = [];
  while (seen.length < 24) {
    const claimed = await Promise.all([1, 2, 3, 4].map(() => database.claim({ most: 5 })));
    seen.push(...ids(claimed.flat()));
  }
  expect(new Set(seen).size).toBe(24);
});

it('leases nothing of an endpoint that is paused or gone, and all of it once it is active again', async () => {
  const webhook = await database.endpoint();
  await database.pend(webhook, 1);
  await database.say(webhookPaused({}, webhook), 1);
  expect(await database.claim()).toEqual([]);
  await database.say(webhookActivated({}, webhook), 2);
  expect(await database.claim()).toHaveLength(1);
  await database.pend(webhook, 1);
  await database.say(webhookDeleted({}, webhook), 3);
  expect(await database.claim()).toEqual([]);
});

it('leases nothing while the log is folded once more', async () => {
  const webhook = await database.endpoint();
  await database.pend(webhook, 1);
  await database.owner.query('update webhooks.fan_out set position = 4, catch_up_to = 5');
  expect(await database.claim()).toEqual([]);
  await database.owner.query('update webhooks.fan_out set position = 5');
  expect(await database.claim()).toHaveLength(1);
});

it('gives back what was not tried, due when it is said, and to nobody else’s token', async () => {
  const webhook = await database.endpoint();
  await database.pend(webhook, 2);
  const leases = await database.claim();
  const [one, two] = leases;
  if (one === undefined || two === undefined) throw new Error('there are none');
  await database.leases.release([{ deliveryId: one.deliveryId, leaseToken: two.leaseToken }], 0);
  expect(await database.claim()).toEqual([]);
  await database.leases.release([one], 0);
  await database.leases.release([two], 5_000);
  expect(await database.claim()).toMatchObject([{ deliveryId: one.deliveryId, attempts: 0 }]);
  await database.passTime(5_000);
  expect(await database.claim()).toMatchObject([{ deliveryId: two.deliveryId, attempts: 0 }]);
});

it('does not forget what comes while a lease is given back', async () => {
  const webhook = await database.endpoint();
  await database.pend(webhook, 1);
  const leases = await database.claim();
  const fanOut = await database.projector.connect();
  await fanOut.query('begin');
  const coming = JSON.stringify([database.newDelivery(webhook)]);
  await fanOut.query('select webhooks.deliver($1, 0, 0)', [coming]);
  const released = database.leases.release(leases, 60_000);
  // It waits for the endpoint's row.
  await eventually('it waits', async () => {
    const { rows } = await database.owner.query(
      `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
    );
    return rows.length > 0 ? true : null;
  });
  await fanOut.query('commit');
  fanOut.release();
  await released;
  expect(await database.claim()).toHaveLength(1);
});

it('says to which endpoints nothing may be sent', async () => {
  const [active, paused, judged] = [await database.endpoint(0), await database.endpoint(1), await database.endpoint(2)];
  await database.say(webhookPaused({}, paused), 1);
  await database.owner.query(`update webhooks.endpoints set disable_reason = 'gone' where webhook_id = $1`, [judged]);
  const halted = await database.leases.halted([active, paused, judged, 'whk_unknown']);
  expect(halted).toEqual([paused, judged, 'whk_unknown']);
});
