/** Serialises all appends to one database. Any constant will do, as long as every version of the product takes it. */
export const APPEND_LOCK = 7_466_203_872;

/**
 * Decides and stores one batch of appends in one round trip.
 *
 * Requests come as three parallel lists (`streams`, `expected`, `counts`), their events as five (`request` numbers the
 * owner from 1). Names and JSON travel joined by line feeds, which neither can contain: quoting a Postgres array costs
 * more than everything else that the client does for an append.
 *
 * Answers the head before the batch and, for each request, the last revision of its stream before the batch (-1: none)
 * and, where that is not the expected one but these very events already stand after it, the last one's position. A
 * request was stored by this call exactly when `actual` = `expected`; the caller derives its position by counting.
 *
 * The lock is held from before the head is read until the commit is durable, so positions have no gap and become
 * visible in order. Every statement in here takes its own snapshot (READ COMMITTED), so that what is read after the
 * lock includes what its last holder committed; under any other isolation level it would not, hence the check.
 */
export const APPEND_FUNCTION = `
create function event_store.append_batch(
  p_streams text, p_expected bigint[], p_counts int[],
  p_request int[], p_event_streams text, p_ids uuid[], p_types text, p_data text, p_metadata text,
  out head_before bigint, out actual bigint[], out already_at bigint[]
)
language plpgsql
set lock_timeout = '1s'
set search_path = pg_catalog
-- A plan made while the table was empty must not scan it once it is not.
set enable_seqscan = off
as $function$
declare
  v_stored int;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'event_store.append_batch needs READ COMMITTED' using errcode = 'invalid_transaction_state';
  end if;
  perform pg_advisory_xact_lock(${APPEND_LOCK});
  select head.position into strict head_before from event_store.head;

  select array_agg(coalesce(newest.revision, -1) order by request.n) into actual
  from unnest(string_to_array(p_streams, E'\\n')) with ordinality as request (stream, n)
  left join lateral (
    select events.revision from event_store.events
    where events.stream = request.stream order by events.revision desc limit 1
  ) as newest on true;

  if actual <> p_expected then
    select array_agg(already.position order by request.n) into already_at
    from unnest(string_to_array(p_streams, E'\\n'), p_expected, p_counts, actual)
      with ordinality as request (stream, expected, count, actual, n)
    left join lateral (
      select max(events.position) as position
      from event_store.events
      where events.stream = request.stream
        and events.revision > request.expected and events.revision <= request.expected + request.count
        and request.actual >= request.expected + request.count
      having array_agg(events.event_id order by events.revision) = (
        select array_agg(mine.id order by mine.n)
        from unnest(p_ids, p_request) with ordinality as mine (id, request, n)
        where mine.request = request.n
      )
    ) as already on true;
  end if;

  insert into event_store.events (position, stream, revision, event_id, type, data, metadata, recorded_at)
  select
    head_before + row_number() over (order by event.n),
    event.stream,
    p_expected[event.request] + 1 + row_number() over (partition by event.request order by event.n) - 1,
    event.id, event.type, event.data, event.metadata,
    floor(extract(epoch from clock_timestamp()) * 1000)
  from unnest(
    p_request, string_to_array(p_event_streams, E'\\n'), p_ids, string_to_array(p_types, E'\\n'),
    string_to_array(p_data, E'\\n'), string_to_array(p_metadata, E'\\n')
  ) with ordinality as event (request, stream, id, type, data, metadata, n)
  where actual[event.request] = p_expected[event.request];
  get diagnostics v_stored = row_count;

  if v_stored > 0 then
    update event_store.head set position = head_before + v_stored;
    perform pg_notify('event_store', (head_before + v_stored)::text);
  end if;
end
$function$`;
