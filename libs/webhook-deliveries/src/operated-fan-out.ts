import type pg from 'pg';
import { toPosition, type Position } from '#libs/event-store';

/** What operators see of the fan-out, whichever process owns it. */
export interface OperatedFanOut {
  readonly position: Position;
  /** What happened up to here is not sent. */
  readonly sendFrom: Position;
  /** An operator's wish that no dispatcher has taken up yet. */
  readonly askedSendFrom: Position | null;
  /** Where nothing waits any more for a log that is folded once more; not beyond `position` in ordinary times. */
  readonly catchUpTo: Position;
}

/** How many endpoints there are, by their status. */
export type EndpointCounts = Readonly<Record<'active' | 'paused' | 'disabled', number>>;

interface FanOutRow {
  readonly position: string;
  readonly send_from: string;
  readonly asked_send_from: string | null;
  readonly catch_up_to: string;
}

/** Null: there were no webhooks yet, not even a checkpoint. Under the operator role, as all here, or the dispatcher's. */
export async function operatedFanOut(client: pg.ClientBase | pg.Pool): Promise<OperatedFanOut | null> {
  const { rows } = await client.query<FanOutRow>(
    'select position, send_from, asked_send_from, catch_up_to from webhooks.fan_out',
  );
  const [row] = rows;
  if (row === undefined) return null;
  return {
    position: toPosition(row.position),
    sendFrom: toPosition(row.send_from),
    askedSendFrom: row.asked_send_from === null ? null : toPosition(row.asked_send_from),
    catchUpTo: toPosition(row.catch_up_to),
  };
}

/**
 * Has the whole log folded once more, and what happened behind `position` sent where it was not; the owner of the fan-out
 * looks for it once a second. @returns false where there is no fan-out yet that could
 */
export async function askSendFrom(client: pg.ClientBase, position: Position): Promise<boolean> {
  const { rowCount } = await client.query('update webhooks.fan_out set asked_send_from = $1', [position.toString()]);
  return rowCount === 1;
}

export async function endpointCounts(client: pg.ClientBase): Promise<EndpointCounts> {
  const { rows } = await client.query<{ status: string; count: string }>(
    'select status, count(*) as count from webhooks.endpoints group by status',
  );
  const count = (status: string): number => Number(rows.find((row) => row.status === status)?.count ?? 0);
  return { active: count('active'), paused: count('paused'), disabled: count('disabled') };
}
