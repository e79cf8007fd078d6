import { randomBytes } from 'node:crypto';
import pg from 'pg';

export interface TestDatabase {
  /** The owner's URL. */
  readonly url: string;
  drop(): Promise<void>;
}

/** An empty database of its own in the run's Postgres (see `jest/start-postgres.mjs`). */
export async function createTestDatabase(): Promise<TestDatabase> {
  const admin = process.env['KEYLEDGER_TEST_POSTGRES'];
  if (admin === undefined) throw new Error('KEYLEDGER_TEST_POSTGRES is not set: this test must be named .int.spec.ts');
  const name = `t_${randomBytes(6).toString('hex')}`;
  // Files of an empty database are copied in half the time that it takes to write them all to the WAL.
  await run(admin, `create database ${name} strategy file_copy`);
  const url = new URL(admin);
  url.pathname = `/${name}`;
  return { url: url.toString(), drop: () => run(admin, `drop database if exists ${name} with (force)`) };
}

async function run(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
