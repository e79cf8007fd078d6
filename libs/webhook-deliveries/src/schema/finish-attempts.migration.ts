import type { Migration } from '#libs/postgres';

/**
 * What attempts came to, all in one transaction: the attempt is written down, its delivery waits for the next one or is
 * moved to history, and its endpoint knows how it fares. Only the holder of the lease is heard.
 *
 * `p_ended`: a list of `EndedAttempt` (see `leases.ts`); `status` null: to be tried again after so many
 * milliseconds, by the clock of the database as the whole schedule is. Returns whom it heard.
 */
export const finishAttemptsMigration: Migration = {
  id: 'webhooks/004-finish-attempts',
  sql: `
    create type webhooks.ended_attempt as (
      delivery_id text, lease_token uuid, attempt jsonb, success boolean, status text, again_after_ms double precision,
      attempted_at double precision
    );
    create type webhooks.heard_attempt as (
      delivery_id text, webhook_id text, org_id text, test boolean, attempt jsonb, success boolean, status text,
      attempted_at timestamptz
    );

    create function webhooks.finish_attempts(p_ended jsonb, p_failing_seconds int) returns setof text
    language plpgsql
    set enable_seqscan = off
    as $$
    #variable_conflict use_column
    declare
      v_now timestamptz := clock_timestamp();
      v_heard webhooks.heard_attempt[];
      v_webhook text;
    begin
      perform webhooks.make_history_day((v_now at time zone 'UTC')::date);
      -- In one order, so that two who finish at once do not wait for each other.
      perform 1 from webhooks.endpoints e where e.webhook_id in (
        select d.webhook_id from jsonb_populate_recordset(null::webhooks.ended_attempt, p_ended) g
        join webhooks.deliveries d using (delivery_id)
      ) order by e.webhook_id for no key update;

      with given as (
        select * from jsonb_populate_recordset(null::webhooks.ended_attempt, p_ended)
      ), finished as (
        delete from webhooks.deliveries d using given g
        where d.delivery_id = g.delivery_id and d.lease_token = g.lease_token and g.status is not null
        returning d.*, g.attempt as last_attempt, g.success, g.status, g.attempted_at
      ), again as (
        update webhooks.deliveries d set
          attempts = d.attempts || g.attempt, lease_token = null,
          next_attempt_at = g.again_at, due_at = g.again_at
        from (select *, v_now + make_interval(secs => again_after_ms / 1000) as again_at from given) g
        where d.delivery_id = g.delivery_id and d.lease_token = g.lease_token and g.status is null
        returning d.delivery_id, d.webhook_id, d.org_id, d.test, g.attempt, g.success, g.status, g.attempted_at
      ), moved as (
        insert into webhooks.history (
          delivery_id, number, org_id, webhook_id, event_id, event_type, cause, position, sequence, test, redelivery_of,
          body, created_at, attempts, status, finished_at)
        select delivery_id, number, org_id, webhook_id, event_id, event_type, cause, position, sequence, test, redelivery_of,
          body, created_at, attempts || last_attempt, status, v_now
        from finished
      ), heard as (
        select delivery_id, webhook_id, org_id, test, last_attempt as attempt, success, status, attempted_at from finished
        union all select * from again
      )
      select array_agg(row(
        delivery_id, webhook_id, org_id, test, attempt, success, status, to_timestamp(attempted_at / 1000)
      )::webhooks.heard_attempt) into v_heard from heard;
      if v_heard is null then return; end if;

      insert into webhooks.attempt_counts as counted (org_id, webhook_id, minute, attempts, successes)
      select org_id, webhook_id, date_trunc('minute', attempted_at), count(*), count(*) filter (where success)
      from unnest(v_heard) where not test group by 1, 2, 3 order by 2, 3
      on conflict (webhook_id, minute) do update set
        attempts = counted.attempts + excluded.attempts, successes = counted.successes + excluded.successes;

      perform webhooks.judge_endpoints(v_heard, p_failing_seconds, v_now);
      for v_webhook in select distinct webhook_id from unnest(v_heard) loop
        perform webhooks.look_again(v_webhook, false);
      end loop;
      return query select delivery_id from unnest(v_heard);
    end $$;

    -- Gives leases back untried; they are due after so long.
    create function webhooks.release_deliveries(p_ids text[], p_tokens uuid[], p_after_ms int) returns void
    language plpgsql
    set enable_seqscan = off
    as $$
    declare
      v_webhook text;
    begin
      -- Before their deliveries, as everybody does, and by a statement of its own: what is due is then looked for among
      -- what others have added meanwhile.
      perform 1 from webhooks.endpoints e where e.webhook_id in (
        select d.webhook_id from webhooks.deliveries d where d.delivery_id = any(p_ids)
      ) order by e.webhook_id for no key update;
      for v_webhook in
        with released as (
          update webhooks.deliveries d set
            lease_token = null, due_at = clock_timestamp() + make_interval(secs => p_after_ms / 1000.0)
          from unnest(p_ids, p_tokens) as given(id, token)
          where d.delivery_id = given.id and d.lease_token = given.token
          returning d.webhook_id
        )
        select distinct webhook_id from released
      loop
        perform webhooks.look_again(v_webhook, false);
      end loop;
    end $$;

    /*
     * How the endpoints of what was heard fare. More at once after quick successes, half as many after an attempt that got
     * no answer: AIMD. One whose attempts take long goes to the lane of the slow ones, until they do no more. After so
     * many seconds without a success, and ten attempts in three different hours, it is to be disabled; after a 410 at once.
     */
    create function webhooks.judge_endpoints(p_heard webhooks.heard_attempt[], p_failing_seconds int, p_now timestamptz)
    returns void
    language sql as $$
      update webhooks.endpoints e set
        most_in_flight = case
          when j.unanswered > 0 then greatest(1, e.most_in_flight / 2)
          when j.quick > 0 then least(32, e.most_in_flight + j.quick)
          else e.most_in_flight end,
        slow = case when j.long > 0 then true when j.quick > 0 then false else e.slow end,
        failing_since = f.since,
        failed_attempts = f.attempts,
        failed_hours = f.hours,
        last_failed_hour = case when j.succeeded_at is null then greatest(e.last_failed_hour, f.last_hour) else f.last_hour end,
        disable_reason = case
          when e.status <> 'active' then e.disable_reason
          when j.gone then 'gone'
          when f.attempts >= 10 and f.hours >= 3 and f.since <= p_now - make_interval(secs => p_failing_seconds) then 'failing'
          else e.disable_reason end,
        last_delivery = j.last
      from (
        select h.webhook_id,
          count(*) filter (where success and (attempt ->> 'duration_ms')::int < 1000)::int as quick,
          count(*) filter (where attempt ->> 'error_class' in ('timeout', 'connect', 'reset'))::int as unanswered,
          count(*) filter (where (attempt ->> 'duration_ms')::int >= 3000)::int as long,
          bool_or((attempt ->> 'response_status')::int = 410) as gone,
          max(attempted_at) filter (where success and not test) as succeeded_at,
          (array_agg(jsonb_build_object(
            'at', floor(extract(epoch from attempted_at)),
            'status', coalesce(status, 'pending'),
            'response_status', attempt -> 'response_status') order by attempted_at desc))[1] as last
        from unnest(p_heard) h group by h.webhook_id
      ) j
      cross join lateral (
        select
          case when j.succeeded_at is null then coalesce(e0.failing_since, min(h.attempted_at)) else min(h.attempted_at) end
            as since,
          count(h.*)::int + case when j.succeeded_at is null then e0.failed_attempts else 0 end as attempts,
          -- What ended late may be of an hour that was counted: only later hours are new ones.
          count(distinct date_trunc('hour', h.attempted_at)) filter (where j.succeeded_at is not null
            or e0.last_failed_hour is null or date_trunc('hour', h.attempted_at) > e0.last_failed_hour)::int
            + case when j.succeeded_at is null then e0.failed_hours else 0 end as hours,
          max(date_trunc('hour', h.attempted_at)) as last_hour
        from webhooks.endpoints e0
        left join unnest(p_heard) h on h.webhook_id = e0.webhook_id and not h.success and not h.test
          and (j.succeeded_at is null or h.attempted_at > j.succeeded_at)
        where e0.webhook_id = j.webhook_id
        group by e0.failing_since, e0.failed_attempts, e0.failed_hours, e0.last_failed_hour
      ) f
      where e.webhook_id = j.webhook_id;
    $$;
  `,
};
