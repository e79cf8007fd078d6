import type { Migration } from '#libs/postgres';

/**
 * Leases what is due, the endpoint that has waited longest first: of each up to as many as it may have under way, of each
 * organization up to what the caller leaves it. An endpoint that is full is looked at again when one of its leases ends,
 * so that a dead one costs nothing meanwhile; one that somebody else is looking at is left to them.
 *
 * A lease that ended is due again: whoever held it is gone, or too slow, and fenced by its token.
 */
export const claimDeliveriesMigration: Migration = {
  id: 'webhooks/003-claim-deliveries',
  sql: `
    create function webhooks.claim_deliveries(
      p_slow boolean, p_most int, p_lease_ms int, p_orgs text[], p_in_flight int[], p_most_of_org int
    ) returns table (
      delivery_id text, lease_token uuid, org_id text, webhook_id text, url text, secrets jsonb,
      event_id text, event_type text, test boolean, redelivery boolean, body text, attempts int,
      -- Unix milliseconds
      leased_at double precision
    )
    language plpgsql
    -- The way through is known, however old the statistics are: by the indexes, a few rows of each.
    set enable_seqscan = off set enable_bitmapscan = off
    as $$
    #variable_conflict use_column
    declare
      v_now timestamptz := clock_timestamp();
      v_until timestamptz := v_now + make_interval(secs => p_lease_ms / 1000.0);
      v_left int := p_most;
      -- Looked past at once: as many endpoints as they have, they must not hide those of others.
      v_without_room text[] := coalesce(
        (select array_agg(o) from unnest(p_orgs, p_in_flight) as given(o, n) where n >= p_most_of_org), '{}');
      v_of_org jsonb := coalesce((select jsonb_object_agg(o, n) from unnest(p_orgs, p_in_flight) as given(o, n)), '{}');
      v_endpoint record;
      v_free int;
      v_room int;
      v_taken int;
    begin
      -- What is folded once more says of endpoints what they were: nothing is sent before it says what they are.
      if exists (select from webhooks.fan_out where position < catch_up_to) then return; end if;
      for v_endpoint in
        select e.webhook_id, e.org_id, e.url, e.secrets, e.most_in_flight from webhooks.endpoints e
        where e.status = 'active' and e.disable_reason is null
          and not exists (select from webhooks.skips s where s.webhook_id = e.webhook_id) and e.slow = p_slow and e.due_at <= v_now
          and e.org_id <> all (v_without_room)
        order by e.due_at limit 500 for no key update skip locked
      loop
        exit when v_left <= 0;
        v_room := p_most_of_org - coalesce((v_of_org ->> v_endpoint.org_id)::int, 0);
        -- Its turn comes when the organization has room again.
        continue when v_room <= 0;
        select v_endpoint.most_in_flight - count(*) into v_free from webhooks.deliveries d
        where d.webhook_id = v_endpoint.webhook_id and d.lease_token is not null and d.due_at > v_now;
        v_taken := 0;
        if v_free > 0 then
          return query
            update webhooks.deliveries d set lease_token = gen_random_uuid(), due_at = v_until
            from (
              select due.delivery_id from webhooks.deliveries due
              where due.webhook_id = v_endpoint.webhook_id and due.due_at <= v_now
              order by due.due_at limit least(v_free, v_left, v_room) for update skip locked
            ) chosen
            where d.delivery_id = chosen.delivery_id
            returning d.delivery_id, d.lease_token, d.org_id, d.webhook_id, v_endpoint.url, v_endpoint.secrets,
              d.event_id, d.event_type, d.test, d.redelivery_of is not null or (d.cause <> '' and not d.test), d.body,
              jsonb_array_length(d.attempts), extract(epoch from v_now)::double precision * 1000;
          get diagnostics v_taken = row_count;
        end if;
        v_left := v_left - v_taken;
        v_free := v_free - v_taken;
        v_of_org := v_of_org || jsonb_build_object(
          v_endpoint.org_id, coalesce((v_of_org ->> v_endpoint.org_id)::int, 0) + v_taken);
        perform webhooks.look_again(v_endpoint.webhook_id, v_free <= 0);
      end loop;
    end $$;

    -- When there is something to do for the endpoint: once a lease of a full one ends, otherwise once something is due.
    create function webhooks.look_again(p_webhook text, p_full boolean) returns void language sql
    set enable_seqscan = off
    as $$
      update webhooks.endpoints e set
        due_at = coalesce(next.at, 'infinity'), full_until = case when p_full then next.at else '-infinity' end
      from (
        select case when p_full
          then (select min(d.due_at) from webhooks.deliveries d where d.webhook_id = p_webhook and d.lease_token is not null)
          else (select min(d.due_at) from webhooks.deliveries d where d.webhook_id = p_webhook)
        end as at
      ) next
      where e.webhook_id = p_webhook;
    $$;

    -- Something is due for these endpoints from then on; a full one is left alone.
    create function webhooks.is_due(p_webhooks text[], p_at timestamptz) returns void language sql as $$
      update webhooks.endpoints e set due_at = least(e.due_at, greatest(p_at, e.full_until))
      where e.webhook_id = any(p_webhooks) and e.due_at > greatest(p_at, e.full_until);
    $$;
  `,
};
