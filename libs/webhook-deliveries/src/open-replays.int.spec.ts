import { toPosition, type Position } from '#libs/event-store';
import { inTransaction } from '#libs/postgres';
import { webhookActivated, webhookUpdated } from '#libs/testing';
import { writeEndpointStep } from './fan-out-writes.js';
import type { NewDelivery } from './fan-out-writes.js';
import { claimReplay, keepReplayed, putOffReplay, type OpenReplay } from './open-replays.js';
import { DeliveryDatabase, storedEvent } from './testing/delivery-database.js';

let database: DeliveryDatabase;
let webhook: string;
beforeAll(async () => {
  database = await DeliveryDatabase.create();
});
beforeEach(async () => {
  webhook = await database.endpoint();
});
afterEach(() => database.empty());
afterAll(() => database.drop());

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
  const first = await claim({ events: 2 });
  expect(first).toMatchObject({ replayId: 'rpl_1', orgId: 'org_a', webhookId: webhook, position: 9n, at: 0n });
  expect(first.events.map(({ position, revision, sequence }) => [position, revision, sequence])).toEqual([
    [2n, 2, null],
    [3n, 3, null],
  ]);
  await keep(first, [], toPosition(3n));
  const rest = await claim();
  expect(rest.events.map(({ position, sequence }) => [position, sequence])).toEqual([
    [5n, 1],
    [7n, 2],
  ]);
  await keep(rest, [], null);
  expect(await tryClaim()).toBeNull();
});

const LIMITS = { events: 9, mostPending: 10 };
const tryClaim = (limits: Partial<typeof LIMITS> = {}) =>
  inTransaction(database.projector, (client) => claimReplay(client, { ...LIMITS, ...limits }));

async function claim(limits: Partial<typeof LIMITS> = {}): Promise<OpenReplay> {
  const replay = await tryClaim(limits);
  if (replay === null) throw new Error('there is none to go on with');
  return replay;
}

const keep = (replay: OpenReplay, deliveries: readonly NewDelivery[], to: Position | null) =>
  inTransaction(database.projector, (client) => keepReplayed(client, replay, deliveries, to));

const delivery = (given: Partial<NewDelivery> = {}) =>
  database.newDelivery(webhook, { cause: 'rpl_1', position: '9', ...given });

/** The fan-out folds that event at the next place of the log. */
async function fold(event: Parameters<typeof storedEvent>[0], revision: number, given: object): Promise<void> {
  const { rows } = await database.owner.query<{ position: string }>('select position from webhooks.fan_out');
  const from = toPosition(rows[0]?.position ?? '0');
  const move = { from, to: toPosition(from + 20n), last: null };
  const step = {
    ...{ event: storedEvent(event, revision), webhookId: webhook, events: [], numbered: [], deliveries: [] },
    ...{ skips: false, moves: false, redelivered: null, replayed: null, ...given },
  };
  const client = await database.projector.connect();
  try {
    await writeEndpointStep(client, move, step);
  } finally {
    client.release();
  }
}

it('leaves out what came behind it', async () => {
  await event(5);
  await replay('rpl_1', 5);
  expect((await claim()).events).toEqual([]);
});

it('makes one delivery of each event, however often its part is done', async () => {
  await replay();
  const part = await claim();
  const deliveries = [delivery()];
  await keep(part, deliveries, toPosition(3n));
  await keep(part, [delivery({ event_id: deliveries[0]?.event_id })], toPosition(3n));
  expect(await database.claim()).toMatchObject([{ redelivery: true, deliveryId: deliveries[0]?.delivery_id }]);
});

it('waits while enough of it is pending, and does not hold up another', async () => {
  await replay('rpl_1');
  await replay('rpl_2', 10);
  await database.pend(webhook, 2, { cause: 'rpl_1' });
  expect(await tryClaim({ mostPending: 2 })).toBeNull();
  expect(await tryClaim({ mostPending: 2 })).toMatchObject({ replayId: 'rpl_2' });
});

it('gives each replay its turn, and one that cannot go on is in nobody’s way', async () => {
  await replay('rpl_1');
  await replay('rpl_2', 10);
  const first = await claim();
  await putOffReplay(database.projector, first.replayId, 60_000, 'a stream that cannot be folded');
  const second = await claim();
  expect([first.replayId, second.replayId].sort()).toEqual(['rpl_1', 'rpl_2']);
  await keep(second, [], toPosition(2n));
  expect(await claim()).toMatchObject({ replayId: second.replayId, at: 2n });
});

it('is in the hands of one at a time', async () => {
  await replay();
  await claim();
  expect(await tryClaim()).toBeNull();
});

it('sends nothing of a part that was in hand while the endpoint moved to a place that may not see it', async () => {
  await replay();
  const part = await claim();
  const url = 'https://elsewhere.example.com/';
  const changes = [{ field: 'url', before: 'https://hooks.example.com/in', after: url }];
  const updated = webhookUpdated({ webhook_id: webhook, url, events: ['job.failed'], changes });
  await fold(updated, 1, { subscribed: ['job.failed'], moves: true });
  await keep(part, [delivery(), delivery({ event_type: 'job.failed' })], null);
  expect(await database.claim()).toMatchObject([{ eventType: 'job.failed', url }]);
});

it('ends where its endpoint skips what is pending, also a part that is in hand', async () => {
  await replay();
  const part = await claim();
  await fold(webhookActivated({}, webhook), 1, { skips: true });
  await keep(part, [delivery()], toPosition(3n));
  expect(await database.claim()).toEqual([]);
  expect((await database.row('replays', webhook))['ended_at']).toBeInstanceOf(Date);
});

it('does not go on while endpoints are folded once more', async () => {
  await replay();
  const part = await claim();
  await database.owner.query('update webhooks.fan_out set position = 4, catch_up_to = 5');
  await keep(part, [delivery()], null);
  expect(await database.claim()).toEqual([]);
  await database.owner.query('update webhooks.replays set try_at = now()');
  expect(await tryClaim()).toBeNull();
  expect(await database.row('replays', webhook)).toMatchObject({ ended_at: null });
});
