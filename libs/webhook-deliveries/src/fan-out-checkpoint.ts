import type pg from 'pg';
import { toPosition, type Position } from '#libs/event-store';

/** Where the fan-out stands. */
export interface FanOutCheckpoint {
  readonly position: Position;
  /** What happened up to here is numbered but never sent. */
  readonly sendFrom: Position;
  /** What was folded last; null: nothing yet. */
  readonly last: FoldedEvent | null;
}

export interface FoldedEvent {
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
}

interface CheckpointRow {
  readonly position: string;
  readonly send_from: string;
  readonly last_stream: string | null;
  readonly last_revision: string | null;
  readonly last_event_id: string | null;
}

/**
 * Where to go on. Without a checkpoint, which is a new installation or a lost Postgres, everything up to `head` is folded
 * for its numbers and not sent; so is what an operator asked to be sent from another place on, once more.
 */
export async function loadFanOut(client: pg.ClientBase, head: Position): Promise<FanOutCheckpoint> {
  await client.query(
    'insert into webhooks.fan_out (position, high_water, send_from) values (0, 0, $1) on conflict do nothing',
    [head.toString()],
  );
  await client.query(
    `update webhooks.fan_out set position = 0, send_from = asked_send_from, asked_send_from = null,
       last_stream = null, last_revision = null, last_event_id = null
     where asked_send_from is not null`,
  );
  const { rows } = await client.query<CheckpointRow>(
    'select position, send_from, last_stream, last_revision, last_event_id from webhooks.fan_out',
  );
  const [row] = rows;
  if (row === undefined) throw new Error('the fan-out has no checkpoint');
  const { last_stream: stream, last_revision: revision, last_event_id: id } = row;
  const last = stream === null || revision === null || id === null ? null : { stream, revision: Number(revision), id };
  return { position: toPosition(row.position), sendFrom: toPosition(row.send_from), last };
}

/** What the API's waiter asks for (see `CheckpointWaiter`). */
export const FAN_OUT_PROGRESS = {
  channel: 'keyledger_fan_out',
  statement: `select 'deliveries' as projection, 1 as version, position from webhooks.fan_out`,
} as const;
