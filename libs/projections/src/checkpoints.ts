import type pg from 'pg';
import { toPosition, type Position, type StoredEvent } from '#libs/event-store';
import { CheckpointConflict } from './errors.js';
import type { Generation } from './generations/generation.js';

/** Where commits are announced; a hint to look at the table, never the truth. */
export const CHECKPOINT_CHANNEL = 'keyledger_checkpoints';

export interface Checkpoint {
  readonly position: Position;
  /** The last event that was projected, null before the first: what tells this log from another. */
  readonly last: Pick<StoredEvent, 'stream' | 'revision' | 'id'> | null;
}

/** What moves a checkpoint. */
export interface CheckpointMove {
  readonly from: Position;
  readonly to: Position;
  /** All events between the two. */
  readonly events: readonly StoredEvent[];
  /** The newest position that was known of the log. */
  readonly head: Position;
}

interface CheckpointRow {
  readonly position: string;
  readonly last_stream: string | null;
  readonly last_revision: string | null;
  readonly last_event_id: string | null;
}

/** Up to where the log was projected; the beginning for a generation that never was. */
export async function loadCheckpoint(client: pg.ClientBase, { name, generation }: Generation): Promise<Checkpoint> {
  const { rows } = await client.query<CheckpointRow>(
    `select position, last_stream, last_revision, last_event_id from read_models.projection_checkpoints
     where projection = $1 and generation = $2`,
    [name, generation],
  );
  const [row] = rows;
  const position = toPosition(row?.position ?? 0n);
  if (row === undefined || row.last_stream === null || row.last_revision === null || row.last_event_id === null)
    return { position, last: null };
  return {
    position,
    last: { stream: row.last_stream, revision: Number(row.last_revision), id: row.last_event_id },
  };
}

/**
 * Moves the checkpoint from exactly one position to another and announces it when the transaction commits. This
 * compare-and-set is the fence between two owners: the second one waits for the first one's outcome and then finds
 * another position, or none where another generation serves now.
 * @throws CheckpointConflict
 */
export async function moveCheckpoint(
  client: pg.ClientBase,
  generation: Generation,
  { from, to, events, head }: CheckpointMove,
): Promise<void> {
  const last = events.at(-1);
  const { rowCount } = await client.query({
    name: 'move_checkpoint',
    text: MOVE_CHECKPOINT,
    values: [
      ...[generation.name, generation.generation, from.toString(), to.toString(), events.length],
      ...[head.toString(), last?.stream ?? null, last?.revision ?? null, last?.id ?? null],
    ],
  });
  if (rowCount === 0) throw new CheckpointConflict(generation, from);
}

const MOVE_CHECKPOINT = `
  with moved as (
    update read_models.projection_checkpoints set
      position = $4, moved_at = now(), events = events + $5, log_head = $6,
      last_stream = coalesce($7, last_stream),
      last_revision = coalesce($8, last_revision),
      last_event_id = coalesce($9, last_event_id)
    where projection = $1 and generation = $2::int and position = $3
    returning 1
  )
  select pg_notify('${CHECKPOINT_CHANNEL}', $1) from moved`;
