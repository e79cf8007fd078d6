import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { DatabaseUnavailable } from './database-unavailable.js';

/** Any constant will do, as long as every version of the product takes the same one. */
const MIGRATION_LOCK = 7_466_203_871;
const ASK_EVERY_MS = 200;
const WAIT_AT_MOST_MS = 60_000;

/**
 * Takes the lock that keeps two processes from migrating one database at once; it goes with the connection. Asks for it
 * again and again instead of waiting in the server, where nothing would bound the wait or say what it is for.
 * @throws DatabaseUnavailable after 60 s, naming who holds it
 * @throws the signal's reason once it fires
 */
export async function takeMigrationLock(
  client: pg.Client,
  { withinMs = WAIT_AT_MOST_MS, signal }: { readonly withinMs?: number; readonly signal?: AbortSignal } = {},
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await tryLock(client))) {
    if (performance.now() > deadline) {
      throw new DatabaseUnavailable(
        `the migration lock was not free within ${withinMs / 1_000} s; it is held by ${await holder(client)}`,
      );
    }
    await delay(ASK_EVERY_MS, undefined, { signal });
  }
}

async function tryLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [MIGRATION_LOCK]);
  return rows[0]?.taken === true;
}

/** `pg_locks` shows the two halves of the number apart. */
async function holder(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ who: string }>(
    `select format('"%s" (Postgres process %s, %s, connected since %s)',
                   application_name, pid, coalesce(state, 'state not visible'), backend_start) as who
     from pg_locks join pg_stat_activity using (pid)
     where locktype = 'advisory' and granted and objsubid = 1
       and pg_locks.database = (select oid from pg_database where datname = current_database())
       and (classid::bigint << 32) | objid::bigint = $1`,
    [MIGRATION_LOCK],
  );
  return rows[0]?.who ?? 'nobody any more: try again';
}
