import type pg from 'pg';
import type { Position } from '#libs/event-store';
import { applyEndpointEvent, type EndpointEvent } from './apply-endpoint-events.js';
import type { FoldedEvent } from './fan-out-checkpoint.js';
import { fitsOneStatement, lockEndpoints, writeRows, type MovedRow } from './write-rows.js';

/** An integration event as replays find it. */
export interface ListedEvent {
  readonly org_id: string;
  /** Decimal, as are all positions here. */
  readonly position: string;
  readonly event_id: string;
  readonly event_type: string;
  /** RFC 3339 with milliseconds. */
  readonly occurred_at: string;
  readonly stream: string;
  readonly revision: number;
}

/** The number that an endpoint gives to an event. */
export interface NumberedEvent {
  readonly org_id: string;
  readonly webhook_id: string;
  readonly position: string;
  readonly sequence: number;
}

/** What is to be sent to one endpoint. */
export interface NewDelivery {
  readonly delivery_id: string;
  readonly org_id: string;
  readonly webhook_id: string;
  readonly event_id: string;
  readonly event_type: string;
  /** Empty for the event itself, else the id of the test, redelivery or replay that asks for it. */
  readonly cause: string;
  readonly position: string;
  readonly sequence: number | null;
  readonly test: boolean;
  readonly redelivery_of: string | null;
  readonly body: string;
}

/** The step from one place of the log to another. */
export interface FanOutMove {
  readonly from: Position;
  readonly to: Position;
  readonly last: FoldedEvent | null;
}

export interface FanOutRows {
  readonly events: readonly ListedEvent[];
  readonly numbered: readonly NumberedEvent[];
  readonly deliveries: readonly NewDelivery[];
}

/** What an event of an endpoint has done to it, beside what the endpoint's row says of itself. */
export interface EndpointStep extends FanOutRows {
  readonly event: EndpointEvent;
  readonly webhookId: string;
  /** What it subscribes to from here on; null: nothing, it is gone; undefined: as before. */
  readonly subscribed?: readonly string[] | null;
  /** Whether what is pending before is skipped, and what is replayed. */
  readonly skips: boolean;
  /** Whether it goes to another place from here on. */
  readonly moves: boolean;
  readonly redelivered: { readonly deliveryId: string; readonly redeliveryOf: string } | null;
  readonly replayed: Replay | null;
}

export interface Replay {
  readonly replayId: string;
  readonly orgId: string;
  readonly types: readonly string[];
  /** Unix seconds. */
  readonly since: number;
  readonly until: number;
}

/**
 * All of a page or nothing of it: in one statement, and where its bodies are too many bytes for one in several, of which the
 * first moves the place. @returns false where another owner has moved on: nothing was written
 */
export async function writeFanOut(client: pg.ClientBase, move: FanOutMove, rows: FanOutRows): Promise<boolean> {
  if (!fitsOneStatement(rows)) return writeMoved(client, move, (moved) => writeRows(client, moved, rows));
  const result = await client.query<{ moved: boolean }>({
    name: 'fan_out',
    text: 'select webhooks.fan_out($1, $2, $3, $4, $5, $6) as moved',
    values: [
      ...moveValues(move),
      JSON.stringify(rows.events),
      JSON.stringify(rows.numbered),
      JSON.stringify(rows.deliveries),
    ],
  });
  return result.rows[0]?.moved === true;
}

/** The same for one event of an endpoint, of which there are few, in a transaction. */
export function writeEndpointStep(client: pg.ClientBase, move: FanOutMove, step: EndpointStep): Promise<boolean> {
  return writeMoved(client, move, (moved) => writeStep(client, move.to, moved, step));
}

/** Moves the place and writes what belongs to that, in one transaction. */
async function writeMoved(
  client: pg.ClientBase,
  move: FanOutMove,
  write: (moved: MovedRow) => Promise<void>,
): Promise<boolean> {
  await client.query('begin');
  try {
    const { rows } = await client.query<MovedRow>('select * from webhooks.move_fan_out($1, $2, $3)', moveValues(move));
    const [moved] = rows;
    if (moved !== undefined) await write(moved);
    await client.query('commit');
    return moved !== undefined;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

async function writeStep(
  client: pg.ClientBase,
  position: Position,
  moved: MovedRow,
  step: EndpointStep,
): Promise<void> {
  const { webhookId, numbered, redelivered, replayed, subscribed } = step;
  const { high_water, send_from } = moved;
  await lockEndpoints(client, [webhookId, ...numbered.map(({ webhook_id }) => webhook_id)]);
  await applyEndpointEvent(client, step.event);
  const { event } = step;
  if (subscribed !== undefined)
    await client.query(SUBSCRIBE, [webhookId, subscribed, event.data['url'], event.revision === 0]);
  await writeRows(client, moved, step);
  const before = position.toString();
  if (step.skips) {
    await client.query(END_REPLAYS, [webhookId, before]);
    await client.query(SKIP, [webhookId, before, null]);
  } else if (step.moves) await client.query(SKIP, [webhookId, before, subscribed]);
  if (redelivered !== null) {
    await client.query('select webhooks.deliver_again($1, $2, $3, $4, $5, $6)', [
      ...[redelivered.deliveryId, redelivered.redeliveryOf, webhookId, before],
      ...[high_water, send_from],
    ]);
  }
  if (replayed !== null && position > BigInt(send_from))
    await client.query(REPLAY, replayValues(webhookId, position, replayed));
}

function moveValues({ from, to, last }: FanOutMove): unknown[] {
  return [from.toString(), to.toString(), last === null ? null : JSON.stringify(last)];
}

function replayValues(webhookId: string, position: Position, replay: Replay): unknown[] {
  const { replayId, orgId, types, since, until } = replay;
  return [replayId, orgId, webhookId, types, since, until, position.toString()];
}

/** An endpoint that begins, begins with its numbers. */
const SUBSCRIBE = `
  update webhooks.endpoints set
    subscribed = $2, url = $3, last_sequence = case when $4 then 0 else last_sequence end
  where webhook_id = $1`;

const END_REPLAYS = `
  update webhooks.replays set ended_at = clock_timestamp() where webhook_id = $1 and position < $2 and ended_at is null`;

/** Nothing that was kept for the place before is sent to a new one, of types that it does not subscribe to. */
const SKIP = 'select webhooks.skip_pending($1, $2, $3)';

const REPLAY = `
  insert into webhooks.replays (replay_id, org_id, webhook_id, event_types, since, until, position)
  values ($1, $2, $3, $4, to_timestamp($5), to_timestamp($6), $7) on conflict do nothing`;
