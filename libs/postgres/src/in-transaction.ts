import type pg from 'pg';

/** Runs the work in one transaction of a connection of its own; what it throws rolls back. */
export async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    client.release();
    return result;
  } catch (error) {
    // What was begun ends with the connection.
    client.release(true);
    throw error;
  }
}
