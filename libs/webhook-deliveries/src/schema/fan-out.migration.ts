import type { Migration } from '#libs/postgres';

/**
 * What the fan-out writes. The move of its place is a compare-and-set and comes first, so that a second owner waits for
 * the first one's outcome and then finds that it is not the owner.
 */
export const fanOutMigration: Migration = {
  id: 'webhooks/005-fan-out',
  sql: `
    -- Whoever is first on a new installation, or after a lost database: what the log holds by then is never sent.
    create function webhooks.begin_fan_out(p_head numeric) returns void
    language sql security definer set search_path = pg_catalog, pg_temp as $$
      insert into webhooks.fan_out (position, high_water, send_from, catch_up_to) values (0, 0, p_head, p_head)
        on conflict do nothing;
    $$;
    revoke all on function webhooks.begin_fan_out(numeric) from public;
    grant execute on function webhooks.begin_fan_out(numeric) to {{api}}, {{projector}};

    -- Rows by the million, of which nothing stays.
    create function webhooks.forget_numbers() returns void
    language sql security definer set search_path = pg_catalog, pg_temp as $$
      truncate webhooks.events, webhooks.sequences;
    $$;
    revoke all on function webhooks.forget_numbers() from public;
    grant execute on function webhooks.forget_numbers() to {{projector}};

    -- Where an operator asked for it: the whole log once more, which may be another one. Whatever is said of endpoints is
    -- what the log says, so that to one that it does not know nothing is sent; deliveries stay, pending and finished.
    create function webhooks.begin_again(p_head numeric) returns void language plpgsql as $$
    begin
      update webhooks.fan_out set
        position = 0, send_from = least(asked_send_from, p_head), asked_send_from = null, catch_up_to = p_head,
        last_stream = null, last_revision = null, last_event_id = null
      where asked_send_from is not null;
      if not found then return; end if;
      -- In the order in which all do, so that nobody waits in a circle.
      perform 1 from webhooks.endpoints e order by e.webhook_id for no key update;
      update webhooks.endpoints set
        status = 'unknown', status_revision = -1, secrets_revision = -1,
        subscribed = null, last_sequence = 0;
      perform webhooks.forget_numbers();
    end $$;

    -- Null: somebody else has moved it. Otherwise up to where everything was folded before, and what is never sent.
    create function webhooks.move_fan_out(p_from numeric, p_to numeric, p_last jsonb)
    returns table (high_water numeric, send_from numeric) language sql as $$
      with before as (
        select position, high_water, send_from from webhooks.fan_out where position = p_from for update
      ), moved as (
        update webhooks.fan_out f set
          position = p_to, high_water = greatest(f.high_water, p_to),
          last_stream = coalesce(p_last ->> 'stream', f.last_stream),
          last_revision = coalesce((p_last ->> 'revision')::bigint, f.last_revision),
          last_event_id = coalesce((p_last ->> 'id')::uuid, f.last_event_id)
        from before
        returning pg_notify('keyledger_fan_out', '')
      )
      select before.high_water, before.send_from from before, (select count(*) from moved) done;
    $$;

    -- False: somebody else has moved it, and nothing was written.
    create function webhooks.fan_out(
      p_from numeric, p_to numeric, p_last jsonb, p_events jsonb, p_numbered jsonb, p_deliveries jsonb
    ) returns boolean language plpgsql
    set enable_seqscan = off
    as $$
    declare
      v_moved record;
    begin
      select * into v_moved from webhooks.move_fan_out(p_from, p_to, p_last);
      if not found then return false; end if;
      insert into webhooks.events select * from jsonb_populate_recordset(null::webhooks.events, p_events)
        on conflict do nothing;
      perform webhooks.number_events(p_numbered);
      perform webhooks.deliver(p_deliveries, v_moved.high_water, v_moved.send_from);
      return true;
    end $$;

    create function webhooks.number_events(p_numbered jsonb) returns void language plpgsql
    set enable_seqscan = off
    as $$
    begin
      if jsonb_array_length(p_numbered) = 0 then return; end if;
      insert into webhooks.sequences select * from jsonb_populate_recordset(null::webhooks.sequences, p_numbered)
        on conflict do nothing;
      perform 1 from webhooks.endpoints e where e.webhook_id in (
        select n.webhook_id from jsonb_populate_recordset(null::webhooks.sequences, p_numbered) n
      ) order by e.webhook_id for no key update;
      update webhooks.endpoints e set last_sequence = newest.sequence
      from (
        select n.webhook_id, max(n.sequence) as sequence
        from jsonb_populate_recordset(null::webhooks.sequences, p_numbered) n group by n.webhook_id
      ) newest
      where e.webhook_id = newest.webhook_id;
    end $$;

    -- What lies up to p_high_water may have been delivered before; what lies up to p_send_from is not sent.
    create function webhooks.deliver(p_deliveries jsonb, p_high_water numeric, p_send_from numeric) returns void
    language plpgsql
    set enable_seqscan = off
    as $$
    declare
      v_due text[];
    begin
      if jsonb_array_length(p_deliveries) = 0 then return; end if;
      with given as (
        select g.* from jsonb_to_recordset(p_deliveries) as g(
          delivery_id text, org_id text, webhook_id text, event_id text, event_type text, cause text, position numeric,
          sequence bigint, test boolean, redelivery_of text, body text)
      ), made as (
        insert into webhooks.deliveries (
          delivery_id, org_id, webhook_id, event_id, event_type, cause, position, sequence, test, redelivery_of, body,
          next_attempt_at)
        select g.delivery_id, g.org_id, g.webhook_id, g.event_id, g.event_type, g.cause, g.position, g.sequence, g.test,
          g.redelivery_of, g.body, clock_timestamp()
        from given g
        where g.position > p_send_from and (g.position > p_high_water or not exists (
          select from webhooks.history h
          where h.webhook_id = g.webhook_id and h.event_id = g.event_id and h.cause = g.cause))
        order by g.position
        on conflict do nothing
        returning webhook_id
      )
      select array_agg(distinct webhook_id order by webhook_id) into v_due from made;
      if v_due is null then return; end if;
      perform 1 from webhooks.endpoints e where e.webhook_id = any(v_due) order by e.webhook_id for no key update;
      perform webhooks.is_due(v_due, clock_timestamp());
      perform pg_notify('keyledger_deliveries', '');
    end $$;

    -- Moves some of what a skip is about to history; what is being sent is left to end. True: nothing is left of it.
    create function webhooks.skip_some(p_webhook text, p_before numeric, p_but text[], p_most int) returns boolean
    language plpgsql
    set enable_seqscan = off
    as $$
    declare
      v_now timestamptz := clock_timestamp();
    begin
      perform webhooks.make_history_day((v_now at time zone 'UTC')::date);
      with skipped as (
        delete from webhooks.deliveries where delivery_id in (
          select d.delivery_id from webhooks.deliveries d
          where d.webhook_id = p_webhook and d.position < p_before
            and (p_but is null or not (d.test or d.event_type = any(p_but)))
            and (d.lease_token is null or d.due_at <= v_now)
          limit p_most for update skip locked
        )
        returning *
      )
      insert into webhooks.history (
        delivery_id, number, org_id, webhook_id, event_id, event_type, cause, position, sequence, test, redelivery_of, body,
        created_at, attempts, status, finished_at)
      select delivery_id, number, org_id, webhook_id, event_id, event_type, cause, position, sequence, test, redelivery_of,
        body, created_at, attempts, 'skipped', v_now
      from skipped;
      return not exists (
        select from webhooks.deliveries d
        where d.webhook_id = p_webhook and d.position < p_before
          and (p_but is null or not (d.test or d.event_type = any(p_but))));
    end $$;

    -- Nothing of that is sent any more. A few are moved at once; of more it is noted, and housekeeping goes on with it.
    create function webhooks.skip_pending(p_webhook text, p_before numeric, p_but text[]) returns void
    language plpgsql as $$
    begin
      if webhooks.skip_some(p_webhook, p_before, p_but, 1000) then return; end if;
      insert into webhooks.skips (org_id, webhook_id, before, but)
      select e.org_id, e.webhook_id, p_before, p_but from webhooks.endpoints e where e.webhook_id = p_webhook
      on conflict do nothing;
      perform pg_notify('keyledger_webhook_halted', p_webhook);
    end $$;

    -- One again, as a new delivery with the same bytes; nothing where the first is gone.
    create function webhooks.deliver_again(
      p_delivery text, p_of text, p_webhook text, p_position numeric, p_high_water numeric, p_send_from numeric
    ) returns void language plpgsql
    set enable_seqscan = off
    as $$
    declare
      v_first jsonb;
    begin
      select jsonb_agg(jsonb_build_object(
        'delivery_id', p_delivery, 'org_id', org_id, 'webhook_id', webhook_id, 'event_id', event_id,
        'event_type', event_type, 'cause', p_delivery, 'position', p_position, 'sequence', sequence, 'test', test,
        'redelivery_of', p_of, 'body', body)) into v_first
      from (
        select org_id, webhook_id, event_id, event_type, sequence, test, body from webhooks.deliveries
        where delivery_id = p_of and webhook_id = p_webhook
        union all
        select org_id, webhook_id, event_id, event_type, sequence, test, body from webhooks.history
        where delivery_id = p_of and webhook_id = p_webhook
        limit 1
      ) first;
      perform webhooks.deliver(coalesce(v_first, '[]'), p_high_water, p_send_from);
    end $$;
  `,
};
