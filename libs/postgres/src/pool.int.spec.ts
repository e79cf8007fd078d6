import pg from 'pg';
import { createTestDatabase, eventually, type TestDatabase } from '#libs/testing';
import { isOutage } from './database-unavailable.js';
import { migrate } from './migrate.js';
import { createPool } from './pool.js';

let database: TestDatabase;
let pool: pg.Pool;
let owner: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  await migrate(database.url, []);
  pool = createPool({
    ownerUrl: database.url,
    role: 'api',
    max: 2,
    statementTimeoutMs: 200,
    onIdleError: () => undefined,
  });
  owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
});
afterAll(async () => {
  await pool.end();
  await owner.end();
  await database.drop();
});

it('outlives a server that goes while a connection is in use but asks nothing: the next statement is an outage', async () => {
  const client = await pool.connect();
  const gone = new Promise<void>((resolve) => client.once('end', () => resolve()));
  // An error event that nobody listens to would end the process here.
  await terminate(client);
  await gone;
  const outage: unknown = await client.query('select 1').catch((error: unknown) => error);
  expect(isOutage(outage)).toBe(true);
  client.release(true);
  await expect(pool.query('select 1')).resolves.toMatchObject({ rowCount: 1 });
});

it('gives a statement up on the server after its time, as an outage', async () => {
  const outage: unknown = await pool.query('select pg_sleep(60)').catch((error: unknown) => error);
  expect(isOutage(outage)).toBe(true);
  // The server says so of itself a little after it has told the client.
  await eventually('the end of the statement', async () => {
    const { rowCount } = await owner.query(
      `select from pg_stat_activity
       where datname = current_database() and query = 'select pg_sleep(60)' and state = 'active'`,
    );
    return rowCount === 0 || null;
  });
});

async function terminate(client: pg.PoolClient): Promise<void> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  await owner.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
}
