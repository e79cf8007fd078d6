import type pg from 'pg';
import type { LogPage, Position } from '#libs/event-store';
import { assignSequences } from './assign-sequences.js';
import { moveCheckpoint } from './checkpoints.js';
import type { Projection } from './projection.js';

/**
 * Everything that one page does, in one transaction: the checkpoint, the numbers, the rows. All of it or nothing.
 *
 * The checkpoint goes first: its row lock makes a second owner wait here, before it has folded anything, and then find
 * out that it is not the owner.
 * @throws CheckpointConflict and whatever the projection throws; the transaction is then rolled back
 */
export async function projectPage(
  client: pg.ClientBase,
  projection: Projection,
  from: Position,
  page: Pick<LogPage, 'events' | 'position'>,
): Promise<void> {
  try {
    await client.query('begin');
    await moveCheckpoint(client, projection, from, page.position);
    if (page.events.length > 0) {
      await projection.handle(await assignSequences(client, projection, page.events), client);
    }
    await client.query('commit');
  } catch (error) {
    projection.rolledBack?.();
    // A connection that is gone has rolled back by itself; the first error is the one that says why.
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}
