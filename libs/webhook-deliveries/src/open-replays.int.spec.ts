import type pg from 'pg';
import { toPosition } from '#libs/event-store';
import { webhookDeleted } from '#libs/testing';
import { holdReplay, moveReplay, nextReplayed } from './open-replays.js';
import { DeliveryDatabase } from './testing/delivery-database.js';

let database: DeliveryDatabase;
let webhook: string;
let client: pg.PoolClient;
beforeAll(async () => {
  database = await DeliveryDatabase.create();
  client = await database.projector.connect();
});
beforeEach(async () => {
  webhook = await database.endpoint();
});
afterEach(() => database.empty());
afterAll(async () => {
  client.release();
  await database.drop();
});

const at = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1_000).toISOString();

/** The nth event of the log, at the nth second. */
async function event(n: number, type = 'job.completed', org = 'org_a'): Promise<void> {
  await database.owner.query(`insert into webhooks.events values ($1, $2::int, $3, $4, $5, 'job-1', $2::int)`, [
    ...[org, n, `evt_${n}`, type, at(n)],
  ]);
}

/** From its 2nd second on and before its 8th, asked for behind the 9th event. */
async function replay(id = 'rpl_1', position = 9): Promise<void> {
  await database.owner.query(
    `insert into webhooks.replays (replay_id, org_id, webhook_id, event_types, since, until, position)
     values ($1, 'org_a', $2, '{job.completed,job.failed}', $3, $4, $5)`,
    [id, webhook, at(2), at(8), position],
  );
}

it('goes through the events of its types and time, page by page, with the numbers that the endpoint gave them', async () => {
  for (const n of [1, 2, 3, 5, 7, 8]) await event(n, n === 3 ? 'job.failed' : 'job.completed');
  await event(4, 'job.progress');
  await event(6, 'job.completed', 'org_b');
  await database.owner.query(`insert into webhooks.sequences values ('org_a', $1, 5, 1), ('org_a', $1, 7, 2)`, [
    webhook,
  ]);
  await replay();
  expect(await holdReplay(client, 10)).toEqual({ replayId: 'rpl_1', orgId: 'org_a', webhookId: webhook, position: 9n });
  const first = await nextReplayed(client, 'rpl_1', 2);
  expect(first.map(({ position, revision, sequence }) => [position, revision, sequence])).toEqual([
    [2n, 2, null],
    [3n, 3, null],
  ]);
  await moveReplay(client, 'rpl_1', [], toPosition(3n));
  const rest = await nextReplayed(client, 'rpl_1', 9);
  expect(rest.map(({ position, sequence }) => [position, sequence])).toEqual([
    [5n, 1],
    [7n, 2],
  ]);
  await moveReplay(client, 'rpl_1', [], null);
  expect(await holdReplay(client, 10)).toBeNull();
});

it('leaves out what came behind it', async () => {
  await event(5);
  await replay('rpl_1', 5);
  expect(await nextReplayed(client, 'rpl_1', 9)).toEqual([]);
});

it('makes one delivery of each event, however often its part is done', async () => {
  await replay();
  const deliveries = [database.newDelivery(webhook, { cause: 'rpl_1', position: '9' })];
  await moveReplay(client, 'rpl_1', deliveries, toPosition(3n));
  await moveReplay(
    client,
    'rpl_1',
    deliveries.map((one) => ({ ...one, delivery_id: 'dlv_another' })),
    toPosition(3n),
  );
  expect(await database.claim()).toMatchObject([{ redelivery: true, deliveryId: deliveries[0]?.delivery_id }]);
});

it('waits while enough of it is pending, and does not hold up another', async () => {
  await replay('rpl_1');
  await replay('rpl_2', 10);
  await database.pend(webhook, 2, { cause: 'rpl_1' });
  expect(await holdReplay(client, 3)).toMatchObject({ replayId: 'rpl_1' });
  expect(await holdReplay(client, 2)).toMatchObject({ replayId: 'rpl_2' });
  await database.finish(await database.claim({ most: 1 }));
  expect(await holdReplay(client, 2)).toMatchObject({ replayId: 'rpl_1' });
});

it('is held by one at a time', async () => {
  await replay();
  const other = await database.projector.connect();
  await client.query('begin');
  expect(await holdReplay(client, 9)).not.toBeNull();
  expect(await holdReplay(other, 9)).toBeNull();
  await client.query('rollback');
  expect(await holdReplay(other, 9)).not.toBeNull();
  other.release();
});

it('ends with its endpoint, but not while endpoints are folded once more', async () => {
  await replay();
  await database.say(webhookDeleted({}, webhook), 1);
  await database.owner.query('update webhooks.fan_out set position = 4, catch_up_to = 5');
  expect(await holdReplay(client, 9)).toBeNull();
  expect(await database.row('replays', webhook)).toMatchObject({ ended_at: null });
  await database.owner.query('update webhooks.fan_out set position = 5');
  expect(await holdReplay(client, 9)).toBeNull();
  expect((await database.row('replays', webhook))['ended_at']).toBeInstanceOf(Date);
});
