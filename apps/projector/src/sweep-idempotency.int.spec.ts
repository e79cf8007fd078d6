import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from '#libs/observability';
import { SILENT } from '#libs/observability';
import { createPool, migrate } from '#libs/postgres';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { commandApiMigrations } from '../../command-api/src/command-api-migrations.js';
import { sweepIdempotency } from './sweep-idempotency.js';

let database: TestDatabase;
let owner: pg.Client;
let pool: pg.Pool;
let stopping: AbortController;
let sweeping: Promise<void> | null;

beforeEach(async () => {
  database = await createTestDatabase();
  owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
  await migrate(database.url, []);
  pool = createPool({ ownerUrl: database.url, role: 'projector', max: 2, onIdleError: () => undefined });
  [stopping, sweeping] = [new AbortController(), null];
});
afterEach(async () => {
  stopping.abort();
  await sweeping;
  await Promise.all([pool.end(), owner.end()]);
  await database.drop();
});

async function record(count: number, age: string): Promise<void> {
  await owner.query(
    `insert into command_api.idempotency (org_id, id, body_hash, sealed_intent, locked_until, created_at)
     select 'org_' || n % 3, sha256(($2 || n)::bytea), '', '', now(), now() - $2::interval from generate_series(1, $1::int) n`,
    [count, age],
  );
}

function sweep(logger: Logger = SILENT): void {
  sweeping = sweepIdempotency({ pool, logger, everyMs: 20, batch: 100 }, stopping.signal);
}

async function untilLeft(expected: number): Promise<void> {
  for (;;) {
    const { rows } = await owner.query<{ count: number }>('select count(*)::int as count from command_api.idempotency');
    if (rows[0]?.count === expected) return;
    await delay(10);
  }
}

it('deletes what is past its day, of every organization and in batches, and nothing else', async () => {
  await migrate(database.url, commandApiMigrations);
  await record(350, '24 hours 1 minute');
  await record(40, '23 hours 59 minutes');
  sweep();
  await untilLeft(40);
  await record(5, '25 hours');
  await untilLeft(40);
  stopping.abort();
  await sweeping;
  const { rows } = await owner.query(
    `select count(*)::int as young from command_api.idempotency where created_at > now() - interval '24 hours'`,
  );
  expect(rows).toEqual([{ young: 40 }]);
});

it('waits for a table that is not there yet, without a warning', async () => {
  const warnings: string[] = [];
  let looked = 0;
  sweep({ ...SILENT, debug: () => void looked++, warn: (_, message) => void warnings.push(message) });
  while (looked < 2) await delay(5);
  await migrate(database.url, commandApiMigrations);
  await record(10, '2 days');
  await untilLeft(0);
  expect(warnings).toEqual([]);
});

it('outlives an outage with a log line', async () => {
  await migrate(database.url, commandApiMigrations);
  const warnings: string[] = [];
  await owner.query('begin');
  await owner.query('lock table command_api.idempotency in access exclusive mode');
  sweep({ ...SILENT, warn: (_, message) => void warnings.push(message) });
  for (let cut = 0; cut === 0;) {
    const { rowCount } = await owner.query(
      `select pg_terminate_backend(pid) from pg_locks
       where not granted and database = (select oid from pg_database where datname = current_database())`,
    );
    cut = rowCount ?? 0;
    await delay(10);
  }
  await owner.query('rollback');
  while (warnings.length === 0) await delay(5);
  await record(10, '2 days');
  await untilLeft(0);
  expect(warnings[0]).toBe('expired idempotency records not deleted');
});
