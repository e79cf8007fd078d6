import type pg from 'pg';
import { toPosition, type Position } from '#libs/event-store';
import { CheckpointConflict } from './errors.js';
import type { ProjectionId } from './projection.js';

/** Where commits are announced; a hint to look at the table, never the truth. */
export const CHECKPOINT_CHANNEL = 'keyledger_checkpoints';

interface CheckpointRow {
  readonly position: string;
}

/** Up to where the log was projected; the beginning for a projection that never ran. */
export async function loadCheckpoint(client: pg.ClientBase, { name, version }: ProjectionId): Promise<Position> {
  await client.query(
    `insert into read_models.projection_checkpoints (projection, version) values ($1, $2) on conflict do nothing`,
    [name, version],
  );
  const { rows } = await client.query<CheckpointRow>(
    `select position from read_models.projection_checkpoints where projection = $1 and version = $2`,
    [name, version],
  );
  return toPosition(rows[0]?.position ?? 0n);
}

/**
 * Moves the checkpoint from exactly `from` to `to` and announces it when the transaction commits. This compare-and-set
 * is the fence between two owners: the second one waits for the first one's outcome and then finds another position.
 * @throws CheckpointConflict
 */
export async function moveCheckpoint(
  client: pg.ClientBase,
  projection: ProjectionId,
  from: Position,
  to: Position,
): Promise<void> {
  const { rowCount } = await client.query(
    `with moved as (
       update read_models.projection_checkpoints set position = $4, moved_at = now()
       where projection = $1 and version = $2 and position = $3
       returning 1
     )
     select pg_notify('${CHECKPOINT_CHANNEL}', $1 || ' ' || $2::int) from moved`,
    [projection.name, projection.version, from.toString(), to.toString()],
  );
  if (rowCount === 0) throw new CheckpointConflict(projection, from);
}
