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
 * Makes sure that there is a checkpoint, before the first command of a new installation. Where there is none although the
 * log holds something, Postgres was lost: what lies up to `head` is folded for its numbers and not sent, until an operator
 * says otherwise.
 */
export async function beginFanOut(client: pg.ClientBase | pg.Pool, head: Position): Promise<void> {
  await client.query('select webhooks.begin_fan_out($1)', [head.toString()]);
}

/**
 * Where to go on: behind what was folded last, or where an operator asked for it, from the beginning of the log. Nothing is
 * sent then until `head`, where endpoints are what they are; and nobody can ask for what is beyond it not to be sent.
 */
export async function loadFanOut(client: pg.ClientBase, head: Position): Promise<FanOutCheckpoint> {
  await client.query('select webhooks.begin_again($1)', [head.toString()]);
  const { rows } = await client.query<CheckpointRow>(
    'select position, send_from, last_stream, last_revision, last_event_id from webhooks.fan_out',
  );
  const [row] = rows;
  if (row === undefined) throw new Error('the fan-out has no checkpoint');
  const { last_stream: stream, last_revision: revision, last_event_id: id } = row;
  const last = stream === null || revision === null || id === null ? null : { stream, revision: Number(revision), id };
  return { position: toPosition(row.position), sendFrom: toPosition(row.send_from), last };
}

/** Whether an operator has asked for another place to send from, which whoever begins next heeds. */
export async function isSendFromAsked(client: pg.ClientBase | pg.Pool): Promise<boolean> {
  const { rowCount } = await client.query('select from webhooks.fan_out where asked_send_from is not null');
  return rowCount === 1;
}

/** What the API's waiter asks for (see `CheckpointWaiter`). */
export const FAN_OUT_PROGRESS = {
  channel: 'keyledger_fan_out',
  statement: `select 'deliveries' as projection, 1 as version, position from webhooks.fan_out`,
} as const;
