import pg from 'pg';
import { BEGINNING, toPosition } from '#libs/event-store';
import { createPool, migrate } from '#libs/postgres';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { projectPage } from './project-page.js';
import { projectionMigrations } from './projection-migrations.js';
import { serving } from './testing/serving.js';
import { SeenEvents, seenEvents, seenEventsMigration } from './testing/seen-events.projection.js';
import { storedEvent } from './testing/stored-event.js';

let database: TestDatabase;
let pool: pg.Pool;

beforeEach(async () => {
  database = await createTestDatabase();
  await migrate(database.url, [...projectionMigrations, seenEventsMigration]);
  pool = createPool({ ownerUrl: database.url, role: 'projector', max: 4, onIdleError: () => undefined });
});

afterEach(async () => {
  await pool.end();
  await database.drop();
});

async function withClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    return await work(client);
  } finally {
    client.release();
  }
}

const EVENTS = ['a', 'b', 'a', 'a', 'c', 'b'].map((org, index) => storedEvent(index + 1, org));
const SEEN = ['a 1', 'b 1', 'a 2', 'a 3', 'c 1', 'b 2'];
const END = toPosition(6n);

it.each([0, 1, 2, 3, 4, 5, 6])(
  'numbers each organization from 1 without a gap when a page ends after %i',
  async (cut) => {
    const projection = new SeenEvents();
    await withClient(async (client) => {
      const start = await serving(client, projection);
      expect(start.from).toBe(BEGINNING);
      const middle = toPosition(BigInt(cut));
      if (cut > 0) await projectPage(client, start, { events: EVENTS.slice(0, cut), position: middle });
      if (cut < 6) await projectPage(client, { ...start, from: middle }, { events: EVENTS.slice(cut), position: END });
      expect(await serving(client, projection)).toMatchObject({ from: END });
    });
    expect(await seenEvents(pool)).toEqual(SEEN);
  },
);

it('keeps nothing of a page that fails: neither rows nor numbers nor the checkpoint', async () => {
  const failing = new SeenEvents(() => {
    throw new Error('cannot be folded');
  });
  const projection = new SeenEvents();
  await withClient(async (client) => {
    const start = await serving(client, projection);
    const page = { events: EVENTS, position: END };
    await expect(projectPage(client, { ...start, projection: failing }, page)).rejects.toThrow('cannot be folded');
    expect(failing.rolledBackTimes).toBe(1);
    expect(await serving(client, projection)).toEqual(start);
    await projectPage(client, start, page);
  });
  expect(await seenEvents(pool)).toEqual(SEEN);
});

it('rolls back an owner that was held up between its read and its commit while another one committed', async () => {
  const slow = new SeenEvents();
  const fast = new SeenEvents();
  await withClient(async (first) => {
    const at = await serving(first, slow);
    const page = { events: EVENTS, position: END };
    await withClient(async (second) => projectPage(second, await serving(second, fast), page));
    await expect(projectPage(first, at, page)).rejects.toMatchObject({ code: 'checkpoint_conflict' });
  });
  expect(slow.rolledBackTimes).toBe(1);
  expect(await seenEvents(pool)).toEqual(SEEN);
});

it('lets only one of two owners that write the same page at the same time commit', async () => {
  const projection = new SeenEvents();
  const page = { events: EVENTS, position: END };
  const outcomes = await withClient((first) =>
    withClient(async (second) => {
      const start = await serving(first, projection);
      await serving(second, projection);
      return Promise.allSettled([first, second].map((client) => projectPage(client, start, page)));
    }),
  );
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(await seenEvents(pool)).toEqual(SEEN);
});

it('moves over a stretch of the log that holds nothing for it', async () => {
  const projection = new SeenEvents();
  await withClient(async (client) => {
    const start = await serving(client, projection);
    await projectPage(client, start, { events: [], position: toPosition(18_446_744_073_709_551_615n) });
    expect((await serving(client, projection)).from).toBe(18_446_744_073_709_551_615n);
  });
});

it('lets the api role see how far projections are, and not whose events they count', async () => {
  const api = createPool({ ownerUrl: database.url, role: 'api', max: 1, onIdleError: () => undefined });
  await expect(api.query('select position from read_models.projection_checkpoints')).resolves.toBeDefined();
  await expect(api.query('update read_models.projection_checkpoints set position = 0')).rejects.toThrow(
    /permission denied/,
  );
  await expect(api.query('select * from read_models.projection_sequences')).rejects.toThrow(/permission denied/);
  await api.end();
});
