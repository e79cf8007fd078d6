import type pg from 'pg';
import { toPosition, type Position } from '#libs/event-store';
import type { NewDelivery } from './fan-out-writes.js';

/** A replay that is not through yet. */
export interface OpenReplay {
  readonly replayId: string;
  readonly orgId: string;
  readonly webhookId: string;
  /** Where in the log it was asked for. */
  readonly position: Position;
}

/** One event of a replay, and the number that the endpoint gave it; null: none. */
export interface ReplayedEvent {
  readonly position: Position;
  readonly stream: string;
  readonly revision: number;
  readonly sequence: number | null;
}

interface ReplayRow {
  readonly replay_id: string;
  readonly org_id: string;
  readonly webhook_id: string;
  readonly position: string;
}

interface EventRow {
  readonly position: string;
  readonly stream: string;
  readonly revision: string;
  readonly sequence: string | null;
}

/**
 * The oldest replay that may go on, held by the transaction so that nobody else works on it: fewer than so many of its
 * deliveries are pending, and its endpoint is not gone.
 */
export async function holdReplay(client: pg.ClientBase, mostPending: number): Promise<OpenReplay | null> {
  if ((await client.query(IS_BEHIND)).rowCount !== 0) return null;
  await client.query(END_OF_DELETED);
  const { rows } = await client.query<ReplayRow>(HOLD, [mostPending]);
  const [row] = rows;
  if (row === undefined) return null;
  const { replay_id: replayId, org_id: orgId, webhook_id: webhookId, position } = row;
  return { replayId, orgId, webhookId, position: toPosition(position) };
}

/** What comes next of it, in log order. */
export async function nextReplayed(
  client: pg.ClientBase,
  replayId: string,
  limit: number,
): Promise<readonly ReplayedEvent[]> {
  const { rows } = await client.query<EventRow>(NEXT, [replayId, limit]);
  return rows.map(({ position, stream, revision, sequence }) => ({
    position: toPosition(position),
    stream,
    revision: Number(revision),
    sequence: sequence === null ? null : Number(sequence),
  }));
}

/** Notes that it has come so far; null: it is through. */
export async function moveReplay(
  client: pg.ClientBase,
  replayId: string,
  deliveries: readonly NewDelivery[],
  to: Position | null,
): Promise<void> {
  // Uniqueness tells what was made before; nothing older is looked for.
  await client.query('select webhooks.deliver($1, 0, 0)', [JSON.stringify(deliveries)]);
  await client.query(
    `update webhooks.replays set at_position = coalesce($2, at_position),
       ended_at = case when $2::numeric is null then clock_timestamp() end
     where replay_id = $1`,
    [replayId, to?.toString() ?? null],
  );
}

const END_OF_DELETED = `
  update webhooks.replays r set ended_at = clock_timestamp()
  from webhooks.endpoints e
  where r.ended_at is null and e.webhook_id = r.webhook_id and e.status = 'deleted'`;

/** While the log is folded once more, endpoints are not yet what they are. */
const IS_BEHIND = 'select from webhooks.fan_out where position < catch_up_to';

const HOLD = `
  select r.replay_id, r.org_id, r.webhook_id, r.position from webhooks.replays r
  where r.ended_at is null and $1 > (
    select count(*) from (
      select 1 from webhooks.deliveries d where d.webhook_id = r.webhook_id and d.cause = r.replay_id limit $1
    ) pending)
  order by r.position limit 1 for update skip locked`;

const NEXT = `
  select e.position, e.stream, e.revision, s.sequence
  from webhooks.replays r
  join webhooks.endpoints endpoint on endpoint.webhook_id = r.webhook_id
  join webhooks.events e on e.event_type = any(endpoint.subscribed) and e.org_id = r.org_id and e.position > r.at_position and e.position < r.position
    and e.event_type = any(r.event_types) and e.occurred_at >= r.since and e.occurred_at < r.until
  left join webhooks.sequences s on s.webhook_id = r.webhook_id and s.position = e.position
  where r.replay_id = $1
  order by e.position limit $2`;
