import type pg from 'pg';
import { toPosition } from '#libs/event-store';
import { eventually } from '#libs/testing';
import { loadCheckpoint, moveCheckpoint } from './checkpoints.js';
import { Ownership } from './ownership.js';
import { RecordingLogger } from './testing/recording-logger.js';
import { SeenEventsDatabase } from './testing/seen-events-database.js';

const NEVER_MS = 3_600_000;
const generation = { name: 'seen-events', version: 1, generation: 1 };

let database: SeenEventsDatabase;
let logger: RecordingLogger;
let owned: Ownership[];

beforeEach(async () => {
  database = await SeenEventsDatabase.create();
  logger = new RecordingLogger();
  owned = [];
});
afterEach(async () => {
  for (const ownership of owned) ownership.release();
  await database.drop();
});

async function acquire(pool: pg.Pool, options: { renewEveryMs?: number; number?: number } = {}) {
  const { number = 1, ...rest } = options;
  const ownership = await Ownership.tryAcquire({
    ...{ pool, work: { ...generation, generation: number }, logger },
    ...rest,
  });
  if (ownership !== null) owned.push(ownership);
  return ownership;
}

/** As a standby does it, only more often. */
const takenOver = () => eventually('the ownership', () => acquire(database.pool()));

it('belongs to one session at a time, for each generation apart', async () => {
  const first = await acquire(database.pool());
  expect(first).not.toBeNull();
  expect(await acquire(database.pool())).toBeNull();
  expect(await acquire(database.pool(), { number: 2 })).not.toBeNull();
  owned.splice(owned.indexOf(first as Ownership), 1);
  first?.release();
  await takenOver();
});

it('stays with an owner that renews its lease, however long its page takes', async () => {
  const owner = await acquire(database.pool(), { renewEveryMs: 100 });
  await owner?.client.query('begin');
  await owner?.client.query('select pg_sleep(4)');
  expect(await acquire(database.pool())).toBeNull();
  await owner?.client.query('commit');
  expect(owner?.lost).toBe(false);
});

it('goes to the next one when the owner hangs in the middle of a page, whose transaction ends with it', async () => {
  const hanging = await acquire(database.pool(), { renewEveryMs: NEVER_MS });
  if (hanging === null) throw new Error('nobody else had it');
  const { position: from } = await loadCheckpoint(hanging.client, generation);
  const moveTo = (position: bigint) => {
    const to = toPosition(position);
    return { from, to, events: [], head: to };
  };
  await hanging.client.query('begin');
  await moveCheckpoint(hanging.client, generation, moveTo(9n));

  const { client } = await takenOver();
  expect((await loadCheckpoint(client, generation)).position).toBe(from);
  await moveCheckpoint(client, generation, moveTo(7n));
  await expect(hanging.client.query('commit')).rejects.toThrow();
  expect(hanging.lost).toBe(true);
  expect(await acquire(database.pool())).toBeNull();
  expect((await loadCheckpoint(client, generation)).position).toBe(7n);
  expect(logger.lines.map(({ message }) => message)).toEqual(['the owner of a projection did not renew its lease']);
});

it('leaves a new owner alone whose predecessor’s lease expired', async () => {
  const hanging = await acquire(database.pool(), { renewEveryMs: NEVER_MS });
  await takenOver();
  const [owner] = owned.slice(-1);
  for (let look = 0; look < 20; look++) expect(await acquire(database.pool())).toBeNull();
  expect(hanging?.lost).toBe(true);
  await expect(owner?.client.query('select 1')).resolves.toMatchObject({ rowCount: 1 });
});
