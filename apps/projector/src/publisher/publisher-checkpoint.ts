import type pg from 'pg';
import { BEGINNING, toPosition, type Position, type StoredEvent } from '#libs/event-store';
import { CheckpointConflict } from '#libs/projections';
import { PUBLISHER_WORK } from './publisher-work.js';

export interface PublisherCheckpoint {
  /** Everything up to here was looked at, and what is of interest published. */
  readonly position: Position;
  /** Of the last message, `BEGINNING` before the first: the next one names it. */
  readonly lastMessage: Position;
  /** The last event that was looked at, null before the first: what tells this log from another. */
  readonly last: Pick<StoredEvent, 'stream' | 'revision' | 'id'> | null;
}

interface CheckpointRow {
  readonly position: string;
  readonly last_message: string;
  readonly last_stream: string | null;
  readonly last_revision: string | null;
  readonly last_event_id: string | null;
}

/** The beginning where nothing was ever published. */
export async function loadPublisherCheckpoint(client: pg.ClientBase): Promise<PublisherCheckpoint> {
  const { rows } = await client.query<CheckpointRow>(
    'select position, last_message, last_stream, last_revision, last_event_id from publisher.checkpoint',
  );
  const [row] = rows;
  if (row === undefined) return { position: BEGINNING, lastMessage: BEGINNING, last: null };
  const { last_stream: stream, last_revision: revision, last_event_id: id } = row;
  return {
    position: toPosition(row.position),
    lastMessage: toPosition(row.last_message),
    last: stream === null || revision === null || id === null ? null : { stream, revision: Number(revision), id },
  };
}

/**
 * Moves the checkpoint from exactly one position to another: the fence between two publishers. What the second one has
 * published meanwhile does no harm, for it is the same.
 * @throws CheckpointConflict
 */
export async function movePublisherCheckpoint(
  client: pg.ClientBase,
  from: Position,
  { position, lastMessage, last }: PublisherCheckpoint,
): Promise<void> {
  const { rowCount } = await client.query({
    name: 'move_publisher_checkpoint',
    text: MOVE,
    values: [
      ...[from.toString(), position.toString(), lastMessage.toString()],
      ...[last?.stream ?? null, last?.revision ?? null, last?.id ?? null],
    ],
  });
  if (rowCount === 0) throw new CheckpointConflict(PUBLISHER_WORK, from);
}

const MOVE = `
  insert into publisher.checkpoint as checkpoint (position, last_message, last_stream, last_revision, last_event_id)
  values ($2, $3, $4, $5, $6)
  on conflict (only_one) do update set
    position = excluded.position, last_message = excluded.last_message, moved_at = now(),
    last_stream = excluded.last_stream, last_revision = excluded.last_revision, last_event_id = excluded.last_event_id
  where checkpoint.position = $1`;
