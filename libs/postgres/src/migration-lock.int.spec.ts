import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { takeMigrationLock } from './migration-lock.js';

let database: TestDatabase;
let holder: pg.Client;
let waiter: pg.Client;

beforeEach(async () => {
  database = await createTestDatabase();
  holder = new pg.Client({ connectionString: database.url, application_name: 'keyledger of yesterday' });
  waiter = new pg.Client({ connectionString: database.url });
  await Promise.all([holder.connect(), waiter.connect()]);
});
afterEach(async () => {
  await Promise.all([holder.end(), waiter.end()]);
  await database.drop();
});

it('gives up as an outage that names who holds the lock', async () => {
  await takeMigrationLock(holder);
  await expect(takeMigrationLock(waiter, { withinMs: 300 })).rejects.toMatchObject({
    code: 'database_unavailable',
    message: expect.stringMatching(/held by "keyledger of yesterday" \(Postgres process \d+, idle/) as string,
  });
});

it('has the lock once the other is gone', async () => {
  await takeMigrationLock(holder);
  const taken = takeMigrationLock(waiter);
  await holder.query('select pg_advisory_unlock_all()');
  await expect(taken).resolves.toBeUndefined();
});

it('stops waiting when it is told to', async () => {
  await takeMigrationLock(holder);
  const stopping = new AbortController();
  const taken = takeMigrationLock(waiter, { signal: stopping.signal });
  stopping.abort();
  await expect(taken).rejects.toMatchObject({ name: 'AbortError' });
});
