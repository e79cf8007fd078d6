import pg from 'pg';
import { toPosition, type Position } from '#libs/event-store';
import { SILENT } from '#libs/observability';
import { createPool, migrate, roleUrl } from '#libs/postgres';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { CheckpointWaiter } from './checkpoint-waiter.js';
import { projectPage } from './project-page.js';
import { projectionMigrations } from './projection-migrations.js';
import { SeenEvents, seenEventsMigration } from './testing/seen-events.projection.js';
import { serving } from './testing/serving.js';

let database: TestDatabase;
let pool: pg.Pool;
let waiter: CheckpointWaiter;
const projection = new SeenEvents();
const at = (position: number): Position => toPosition(BigInt(position));

beforeEach(async () => {
  database = await createTestDatabase();
  await migrate(database.url, [...projectionMigrations, seenEventsMigration]);
  pool = createPool({ ownerUrl: database.url, role: 'projector', max: 4, onIdleError: () => undefined });
  waiter = new CheckpointWaiter({ url: roleUrl(database.url, 'api'), logger: SILENT });
});

afterEach(async () => {
  await waiter.close();
  await pool.end();
  await database.drop();
});

async function move(to: number): Promise<void> {
  const client = await pool.connect();
  await projectPage(client, await serving(client, projection), { events: [], position: at(to) });
  client.release();
}

it('answers at once for a position that was reached before', async () => {
  await move(5);
  expect(await waiter.waitFor(projection, at(5), 5_000)).toBe(true);
  expect(await waiter.waitFor(projection, at(3), 0)).toBe(true);
});

it('says no when the time is over', async () => {
  await move(5);
  expect(await waiter.waitFor(projection, at(6), 100)).toBe(false);
});

it('waits until the projection gets there', async () => {
  await move(5);
  const waited = waiter.waitFor(projection, at(7), 10_000);
  await move(6);
  await move(7);
  expect(await waited).toBe(true);
});

it('reaches hundreds of waiters with looks that they share', async () => {
  await move(1);
  const before = await looks();
  const waited = Array.from({ length: 500 }, (_, index) => waiter.waitFor(projection, at(2 + (index % 3)), 10_000));
  await move(3);
  await move(4);
  expect(await Promise.all(waited)).toEqual(waited.map(() => true));
  expect((await looks()) - before).toBeLessThan(100);
});

it('does not take one projection for another', async () => {
  await move(5);
  expect(await waiter.waitFor({ name: projection.name, version: 2 }, at(5), 100)).toBe(false);
  expect(await waiter.waitFor({ name: 'another', version: 1 }, at(5), 100)).toBe(false);
});

it('stops waiting for a caller that went away, and when it is closed', async () => {
  const gone = new AbortController();
  const first = waiter.waitFor(projection, at(9), 60_000, gone.signal);
  const second = waiter.waitFor(projection, at(9), 60_000);
  gone.abort();
  expect(await first).toBe(false);
  await waiter.close();
  expect(await second).toBe(false);
});

it('goes on after its connection was cut', async () => {
  await move(5);
  expect(await waiter.waitFor(projection, at(5), 5_000)).toBe(true);
  const waited = waiter.waitFor(projection, at(6), 20_000);
  await asOwner(`select pg_terminate_backend(pid) from pg_stat_activity
                 where datname = current_database() and application_name = 'keyledger checkpoints'`);
  await move(6);
  expect(await waited).toBe(true);
});

it('says that the database is away, not that the projection is behind', async () => {
  const url = new URL(roleUrl(database.url, 'api'));
  url.pathname = '/no_such_database';
  const lost = new CheckpointWaiter({ url: url.toString(), logger: SILENT });
  await expect(lost.waitFor(projection, at(1), 1_000)).rejects.toMatchObject({ code: 'database_unavailable' });
  await lost.close();
});

async function looks(): Promise<number> {
  await asOwner('select pg_stat_force_next_flush()');
  const rows = await asOwner(
    `select coalesce(sum(xact_commit), 0)::int as looks from pg_stat_database where datname = current_database()`,
  );
  return rows[0]?.looks ?? 0;
}

async function asOwner(statement: string): Promise<readonly { looks?: number }[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query<{ looks?: number }>(statement);
  await client.end();
  return rows;
}
