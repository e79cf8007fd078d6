import pg from 'pg';
import type { EventStore } from '#libs/event-store';
import type { Generation } from './generation.js';

/** Readers wait behind the switch for no longer than this, and it gives way before Postgres looks for a deadlock. */
const LOCK_TIMEOUT_MS = 200;
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Makes the generation serve; false where the one that serves has come further, or readers are in the way right now.
 * @throws EventStoreUnavailable
 */
export async function switchGeneration(
  pool: pg.Pool,
  { name, generation }: Generation,
  eventStore: EventStore,
): Promise<boolean> {
  const lost = await positionPastTheLog(pool, name, eventStore);
  return (
    (await unlessLocked(pool, async (client) => {
      const { rows } = await client.query<{ switched: boolean }>(
        'select read_models.switch_generation($1, $2, $3) as switched',
        [name, generation, lost],
      );
      return rows[0]?.switched === true;
    })) ?? false
  );
}

/**
 * Where the generation that serves stands, if the log ends before that: it was restored to an older point. The log is
 * asked second, so that one which merely goes on is never taken for that.
 */
async function positionPastTheLog(pool: pg.Pool, name: string, eventStore: EventStore): Promise<string | null> {
  const { rows } = await pool.query<{ position: string }>(
    'select position from read_models.serving_projections where projection = $1',
    [name],
  );
  const position = rows[0]?.position ?? '0';
  return BigInt(position) > (await eventStore.head()) ? position : null;
}

/** Drops the tables that serve no more; not yet, where somebody still reads them. */
export async function dropRetired(pool: pg.Pool, projection: string): Promise<void> {
  await unlessLocked(pool, (client) => client.query(`select read_models.drop_unused($1, '{retired}')`, [projection]));
}

/** Ends the building of a generation, with the reason for operators. */
export async function failGeneration(pool: pg.Pool, { name, generation }: Generation, reason: string): Promise<void> {
  await pool.query('select read_models.fail_generation($1, $2, $3)', [name, generation, reason]);
}

/** Null where a lock could not be had in time; nothing happened then. */
async function unlessLocked<T>(pool: pg.Pool, work: (client: pg.ClientBase) => Promise<T>): Promise<T | null> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    await client.query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((cause: Error) => (broken = cause));
    if (error instanceof pg.DatabaseError && error.code === LOCK_NOT_AVAILABLE) return null;
    throw error;
  } finally {
    client.release(broken);
  }
}
