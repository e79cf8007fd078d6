import type pg from 'pg';
import type { Projection } from './projection.js';

/**
 * Runs the work in one transaction of the owner's session. Where it fails, nothing of it stays and the projection is told,
 * for its caches are ahead of its tables then.
 * @throws whatever the work throws
 */
export async function inProjectionTransaction(
  client: pg.ClientBase,
  projection: Projection,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await client.query('begin');
    await work();
    await client.query('commit');
  } catch (error) {
    projection.rolledBack?.();
    // A connection that is gone has rolled back by itself; the first error is the one that says why.
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}
