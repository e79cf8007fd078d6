import { webhookActivated, webhookCreated, webhookDeleted, webhookId } from '#libs/testing';
import { toPosition } from '#libs/event-store';
import { beginFanOut, isSendFromAsked, loadFanOut } from './fan-out-checkpoint.js';
import {
  writeEndpointStep,
  writeFanOut,
  type EndpointStep,
  type FanOutMove,
  type NewDelivery,
} from './fan-out-writes.js';
import { loadSubscriptions } from './subscriptions.js';
import { DeliveryDatabase, storedEvent } from './testing/delivery-database.js';
import type pg from 'pg';

let database: DeliveryDatabase;
let client: pg.PoolClient;
beforeAll(async () => {
  database = await DeliveryDatabase.create();
  client = await database.projector.connect();
});
afterEach(() => database.empty());
afterAll(async () => {
  client.release();
  await database.drop();
});

const move = (from: number, to: number): FanOutMove => ({
  from: toPosition(BigInt(from)),
  to: toPosition(BigInt(to)),
  last: { stream: 'job-1', revision: to, id: `00000000-0000-4000-8000-${String(to).padStart(12, '0')}` },
});
const NOTHING = { events: [], numbered: [], deliveries: [] };
const checkpoint = () => loadFanOut(client, toPosition(0n));

/** What a page with that delivery writes. */
function rowsOf(delivery: NewDelivery) {
  const { org_id, webhook_id, position, event_id, event_type, sequence } = delivery;
  const listed = { org_id, position, event_id, event_type, occurred_at: '2026-01-01T00:00:00.000Z' };
  return {
    events: [{ ...listed, stream: 'job-1', revision: 1 }],
    numbered: [{ org_id, webhook_id, position, sequence: sequence ?? 0 }],
    deliveries: [delivery],
  };
}

function step(
  event: Parameters<typeof storedEvent>[0],
  revision: number,
  given: Partial<EndpointStep> = {},
): EndpointStep {
  return {
    ...{ ...NOTHING, event: storedEvent(event, revision), webhookId: event.data.webhook_id },
    ...{ skips: false, moves: false, redelivered: null, replayed: null, ...given },
  };
}

it('moves from exactly where it was, and writes nothing where somebody else has moved', async () => {
  const webhook = await database.endpoint();
  expect(await writeFanOut(client, move(0, 7), NOTHING)).toBe(true);
  const rows = rowsOf(database.newDelivery(webhook, { position: '8' }));
  expect(await writeFanOut(client, move(0, 8), rows)).toBe(false);
  for (const table of ['deliveries', 'events', 'sequences']) expect(await database.count(table)).toBe(0);
  expect(await writeEndpointStep(client, move(0, 8), step(webhookDeleted({}, webhook), 1))).toBe(false);
  expect(await database.row('endpoints', webhook)).toMatchObject({ status: 'active' });
  expect(await checkpoint()).toMatchObject({ position: 7n, last: { revision: 7 } });
  expect(await writeFanOut(client, move(7, 8), rows)).toBe(true);
  for (const table of ['deliveries', 'events', 'sequences']) expect(await database.count(table)).toBe(1);
});

it('lets one of two owners at once write', async () => {
  const webhook = await database.endpoint();
  const other = await database.projector.connect();
  try {
    const outcomes = await Promise.all(
      [client, other].map((one) => writeFanOut(one, move(0, 1), rowsOf(database.newDelivery(webhook)))),
    );
    expect(outcomes.sort()).toEqual([false, true]);
    expect(await database.count('deliveries')).toBe(1);
  } finally {
    other.release();
  }
});

it('writes more than one statement takes in several, all of it or nothing', async () => {
  const webhooks = await Promise.all(Array.from({ length: 3 }, (_, n) => database.endpoint(n)));
  const body = JSON.stringify({ text: 'x'.repeat(1_000_000) });
  const deliveries = Array.from({ length: 21 }, (_, n) =>
    database.newDelivery(webhooks[n % 3] ?? '', { position: '1', sequence: 1 + Math.floor(n / 3), body }),
  );
  const numbered = webhooks.map((webhook_id) => ({ org_id: 'org_a', webhook_id, position: '1', sequence: 7 }));
  const rows = { ...rowsOf(database.newDelivery(webhooks[0] ?? '', { position: '1' })), numbered, deliveries };
  const sent: number[] = [];
  const watched = Object.create(client, {
    query: {
      value: (query: string | pg.QueryConfig<unknown[]>, values: unknown[] = []) => {
        const given = typeof query === 'string' ? values : (query.values ?? []);
        sent.push(...given.flatMap((value) => (typeof value === 'string' ? [value.length] : [])));
        return typeof query === 'string' ? client.query(query, values) : client.query(query);
      },
    },
  }) as pg.ClientBase;
  const broken = [...deliveries.slice(0, -1), { ...database.newDelivery(webhooks[0] ?? ''), position: 'nowhere' }];
  await expect(writeFanOut(watched, move(0, 1), { ...rows, deliveries: broken })).rejects.toThrow(/nowhere/);
  for (const table of ['deliveries', 'events', 'sequences']) expect(await database.count(table)).toBe(0);
  expect(await checkpoint()).toMatchObject({ position: 0n });
  expect(await writeFanOut(watched, move(0, 1), rows)).toBe(true);
  expect(await writeFanOut(watched, move(0, 1), rows)).toBe(false);
  expect([await database.count('deliveries'), await database.count('sequences')]).toEqual([21, 3]);
  expect(await database.row('endpoints', webhooks[2] ?? '')).toMatchObject({ last_sequence: '7' });
  expect(await checkpoint()).toMatchObject({ position: 1n });
  expect(Math.max(...sent)).toBeLessThan(9_000_000);
});

it('keeps the numbers of each endpoint', async () => {
  const webhook = await database.endpoint();
  await writeEndpointStep(
    client,
    move(0, 1),
    step(webhookCreated({ webhook_id: webhook }), 0, { subscribed: ['job.completed'] }),
  );
  await writeFanOut(client, move(1, 2), rowsOf(database.newDelivery(webhook, { position: '2', sequence: 1 })));
  await writeFanOut(client, move(2, 3), rowsOf(database.newDelivery(webhook, { position: '3', sequence: 2 })));
  expect(await loadSubscriptions(client, ['org_a', 'org_b'])).toEqual(
    new Map([
      ['org_a', [{ webhookId: webhook, types: new Set(['job.completed']), lastSequence: 2 }]],
      ['org_b', []],
    ]),
  );
});

it('makes an endpoint due by what it gets, and one of each delivery', async () => {
  const webhook = await database.endpoint();
  const delivery = database.newDelivery(webhook);
  await database.pend(webhook, 1, delivery);
  await database.pend(webhook, 1, { ...delivery, delivery_id: 'dlv_another' });
  expect(await database.claim()).toMatchObject([{ deliveryId: delivery.delivery_id }]);
  // The same event for another reason, and at another endpoint.
  await database.pend(webhook, 1, { event_id: delivery.event_id, cause: 'rpl_1' });
  await database.pend(await database.endpoint(1), 1, { event_id: delivery.event_id });
  expect(await database.count('deliveries')).toBe(3);
});

it('sends nothing up to where it was told not to, and nothing again that is finished', async () => {
  const webhook = await database.endpoint();
  const [old, done, missed] = ['3', '6', '7'].map((position) => database.newDelivery(webhook, { position }));
  if (old === undefined || done === undefined || missed === undefined) throw new Error('there are none');
  await database.pend(webhook, 1, done);
  await database.finish(await database.claim());
  const again = [old, { ...done, delivery_id: 'dlv_again' }, missed];
  await database.projector.query('select webhooks.deliver($1, 9, 5)', [JSON.stringify(again)]);
  const { rows } = await database.owner.query('select delivery_id from webhooks.deliveries');
  expect(rows).toEqual([{ delivery_id: missed.delivery_id }]);
});

it('skips what is pending before an activation, but what is being sent, and nothing behind it', async () => {
  const webhook = await database.endpoint();
  await database.pend(webhook, 2);
  await database.pend(webhook, 1, { position: '9' });
  const held = await database.claim({ most: 1 });
  await writeEndpointStep(client, move(0, 5), step(webhookActivated({}, webhook), 2, { skips: true }));
  const statuses = async () => {
    const { deliveries } = await database.reads.list('org_a', webhook, { limit: 9, before: null });
    return deliveries.map(({ status }) => status);
  };
  expect((await statuses()).toSorted()).toEqual(['pending', 'pending', 'skipped']);
  await database.finish(held);
  expect((await statuses()).toSorted()).toEqual(['delivered', 'pending', 'skipped']);
});

it('delivers one again, pending or finished, with the same bytes under an id and a reason of its own', async () => {
  const webhook = await database.endpoint();
  const [finished, pending] = await database.pend(webhook, 2);
  await database.finish((await database.claim()).filter(({ deliveryId }) => deliveryId === finished));
  const redeliver = (id: string, of = '') =>
    writeEndpointStep(
      client,
      move(0, 5),
      step(webhookActivated({}, webhook), 2, { redelivered: { deliveryId: id, redeliveryOf: of } }),
    );
  await redeliver('dlv_again_1', finished);
  await database.owner.query('update webhooks.fan_out set position = 0');
  await redeliver('dlv_again_2', pending);
  const { rows } = await database.owner.query(
    `select delivery_id, redelivery_of, cause, sequence, body from webhooks.deliveries where redelivery_of is not null order by 1`,
  );
  expect(rows).toEqual([
    { delivery_id: 'dlv_again_1', redelivery_of: finished, cause: 'dlv_again_1', sequence: '1', body: '{"n":1}' },
    { delivery_id: 'dlv_again_2', redelivery_of: pending, cause: 'dlv_again_2', sequence: '2', body: '{"n":2}' },
  ]);
});

it('delivers nothing again that there is not, or that is another endpoint’s', async () => {
  const [webhook, other] = [await database.endpoint(0), await database.endpoint(1)];
  const [of = ''] = await database.pend(other, 1);
  for (const redeliveryOf of ['dlv_unknown', of]) {
    await database.owner.query('update webhooks.fan_out set position = 0');
    const redelivered = { deliveryId: 'dlv_again', redeliveryOf };
    expect(await writeEndpointStep(client, move(0, 5), step(webhookActivated({}, webhook), 2, { redelivered }))).toBe(
      true,
    );
  }
  expect(await database.count('deliveries')).toBe(1);
});

it('begins where the log ends, once, and asks for no later place than that', async () => {
  await database.owner.query('truncate webhooks.fan_out');
  await beginFanOut(database.api, toPosition(40n));
  await beginFanOut(database.projector, toPosition(50n));
  expect(await checkpoint()).toEqual({ position: 0n, sendFrom: 40n, last: null });
  expect(await isSendFromAsked(database.projector)).toBe(false);
  await database.owner.query('update webhooks.fan_out set asked_send_from = 99');
  expect(await isSendFromAsked(database.projector)).toBe(true);
  expect(await loadFanOut(client, toPosition(50n))).toEqual({ position: 0n, sendFrom: 50n, last: null });
  expect(await isSendFromAsked(database.projector)).toBe(false);
});

it('begins anew with nothing known of endpoints and numbers, and with everything that waits or is finished', async () => {
  const webhook = await database.endpoint();
  await writeEndpointStep(
    client,
    move(0, 1),
    step(webhookCreated({ webhook_id: webhook }), 0, { subscribed: ['job.completed'] }),
  );
  await writeFanOut(client, move(1, 2), rowsOf(database.newDelivery(webhook, { position: '2' })));
  await database.pend(webhook, 1);
  await database.finish(await database.claim({ most: 1 }));
  await database.owner.query('update webhooks.fan_out set asked_send_from = 0');
  await loadFanOut(client, toPosition(2n));
  expect(await loadSubscriptions(client, ['org_a'])).toEqual(new Map([['org_a', []]]));
  const counts = ['events', 'sequences', 'deliveries', 'history'].map((table) => database.count(table));
  expect(await Promise.all(counts)).toEqual([0, 0, 1, 1]);
  expect(await database.claim()).toEqual([]);
  // The log says what the endpoint is, and that may be less than before.
  await writeEndpointStep(
    client,
    move(0, 2),
    step(webhookCreated({ webhook_id: webhook }), 0, { subscribed: ['job.failed'] }),
  );
  expect(await database.row('endpoints', webhook)).toMatchObject({ status: 'active', last_sequence: '0' });
  expect(await database.claim()).toHaveLength(1);
});

it('leaves an endpoint that another log does not know without anything to send', async () => {
  const webhook = await database.endpoint(1);
  await database.pend(webhook, 1);
  await database.owner.query('update webhooks.fan_out set asked_send_from = 0');
  await loadFanOut(client, toPosition(0n));
  expect(webhook).toBe(webhookId(1));
  expect(await database.claim()).toEqual([]);
  expect(await database.count('deliveries')).toBe(1);
});
