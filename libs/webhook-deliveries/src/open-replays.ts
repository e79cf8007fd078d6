import type pg from 'pg';
import { toPosition, type Position } from '#libs/event-store';
import type { NewDelivery } from './fan-out-writes.js';

/** A replay that is not through yet, in the hands of whoever claimed it, for half a minute. */
export interface OpenReplay {
  readonly replayId: string;
  readonly orgId: string;
  readonly webhookId: string;
  /** Where in the log it was asked for. */
  readonly position: Position;
  /** How far it has come. */
  readonly at: Position;
  /** What comes next, in log order. */
  readonly events: readonly ReplayedEvent[];
}

/** One event of a replay, and the number that the endpoint gave it; null: none. */
export interface ReplayedEvent {
  readonly position: Position;
  readonly stream: string;
  readonly revision: number;
  readonly sequence: number | null;
}

/** Bounds of one part. */
export interface ReplayLimits {
  readonly events: number;
  /** So many deliveries of one replay wait at most: the rest waits in the log, and takes no room. */
  readonly mostPending: number;
}

interface ReplayRow {
  readonly replay_id: string;
  readonly org_id: string;
  readonly webhook_id: string;
  readonly position: string;
  readonly at_position: string;
  readonly is_full: boolean;
}

interface EventRow {
  readonly position: string;
  readonly stream: string;
  readonly revision: string;
  readonly sequence: string | null;
}

/**
 * The replay that has waited longest, and what comes next of it; each gets its turn. Within a transaction, in which the log
 * is not folded anew: numbers and subscriptions are what they are.
 */
export async function claimReplay(client: pg.ClientBase, limits: ReplayLimits): Promise<OpenReplay | null> {
  if ((await client.query(NOT_BEHIND)).rowCount === 0) return null;
  const { rows } = await client.query<ReplayRow>(CLAIM, [limits.mostPending]);
  const [row] = rows;
  if (row === undefined || row.is_full) return null;
  const events = await client.query<EventRow>(NEXT, [row.replay_id, limits.events]);
  return {
    ...{ replayId: row.replay_id, orgId: row.org_id, webhookId: row.webhook_id },
    ...{ position: toPosition(row.position), at: toPosition(row.at_position), events: events.rows.map(toReplayed) },
  };
}

/**
 * Has what was made of a part delivered, and notes how far it has come; null: it is through. The endpoint is held meanwhile,
 * so that what it no longer subscribes to, and a replay that was ended, is not sent; nor what somebody else has made.
 */
export async function keepReplayed(
  client: pg.ClientBase,
  { replayId, webhookId, at }: OpenReplay,
  deliveries: readonly NewDelivery[],
  to: Position | null,
): Promise<void> {
  if ((await client.query(NOT_BEHIND)).rowCount === 0) return;
  const { rows } = await client.query<{ subscribed: readonly string[] | null }>(HOLD_ENDPOINT, [webhookId]);
  const moved = await client.query(MOVE, [replayId, at.toString(), to?.toString() ?? null]);
  if (moved.rowCount === 0) return;
  const subscribed = new Set(rows[0]?.subscribed ?? []);
  const owed = deliveries.filter(({ event_type }) => subscribed.has(event_type));
  // Uniqueness tells what was made before; nothing older is looked for.
  await client.query('select webhooks.deliver($1, 0, 0)', [JSON.stringify(owed)]);
}

/** It did not go on, and is tried again later; the others are not in its way. */
export async function putOffReplay(pool: pg.Pool, replayId: string, afterMs: number, error: string): Promise<void> {
  await pool.query(
    `update webhooks.replays set try_at = clock_timestamp() + make_interval(secs => $2::float8 / 1000), error = $3
     where replay_id = $1`,
    [replayId, afterMs, error],
  );
}

function toReplayed({ position, stream, revision, sequence }: EventRow): ReplayedEvent {
  return {
    ...{ position: toPosition(position), stream, revision: Number(revision) },
    sequence: sequence === null ? null : Number(sequence),
  };
}

/** While the log is folded once more, endpoints are not yet what they are; it cannot begin before this transaction ends. */
const NOT_BEHIND = 'select from webhooks.fan_out where position >= catch_up_to for share';

/** For half a minute, by when a part is through; a full one for a second. */
const CLAIM = `
  with oldest as (
    select r.replay_id, (
      select count(*) from (select 1 from webhooks.deliveries d where d.cause = r.replay_id limit $1::int) pending
    ) >= $1::int as is_full
    from (
      select replay_id from webhooks.replays where ended_at is null and try_at <= clock_timestamp()
      order by try_at limit 1 for update skip locked
    ) r
  )
  update webhooks.replays r set
    try_at = clock_timestamp() + case when oldest.is_full then interval '1 second' else interval '30 seconds' end
  from oldest where r.replay_id = oldest.replay_id
  returning r.replay_id, r.org_id, r.webhook_id, r.position, r.at_position, oldest.is_full`;

const NEXT = `
  select e.position, e.stream, e.revision, s.sequence
  from webhooks.replays r
  join webhooks.endpoints endpoint on endpoint.webhook_id = r.webhook_id
  join webhooks.events e on e.org_id = r.org_id and e.position > r.at_position and e.position < r.position
    and e.event_type = any(r.event_types) and e.event_type = any(endpoint.subscribed)
    and e.occurred_at >= r.since and e.occurred_at < r.until
  left join webhooks.sequences s on s.webhook_id = r.webhook_id and s.position = e.position
  where r.replay_id = $1
  order by e.position limit $2`;

const HOLD_ENDPOINT = 'select subscribed from webhooks.endpoints where webhook_id = $1 for no key update';

const MOVE = `
  update webhooks.replays set
    at_position = coalesce($3::numeric, at_position), try_at = clock_timestamp(), error = null,
    ended_at = case when $3::numeric is null then clock_timestamp() end
  where replay_id = $1 and at_position = $2 and ended_at is null`;
