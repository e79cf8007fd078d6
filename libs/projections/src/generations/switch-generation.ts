import pg from 'pg';
import type { Generation } from './generation.js';

/** Readers wait behind the switch for no longer than this, and it gives way before Postgres looks for a deadlock. */
const LOCK_TIMEOUT_MS = 200;
const LOCK_NOT_AVAILABLE = '55P03';

/** Makes the generation serve; false where the one that serves has come further, or readers are in the way right now. */
export async function switchGeneration(pool: pg.Pool, { name, generation }: Generation): Promise<boolean> {
  return (
    (await unlessLocked(pool, async (client) => {
      const { rows } = await client.query<{ switched: boolean }>(
        'select read_models.switch_generation($1, $2) as switched',
        [name, generation],
      );
      return rows[0]?.switched === true;
    })) ?? false
  );
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
