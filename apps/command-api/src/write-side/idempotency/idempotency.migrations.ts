import type { Migration } from '#libs/postgres';

/**
 * One row for each request that came with an `Idempotency-Key`, kept 24 h. `sealed_intent` is there from before the
 * append, `sealed_answer` after it; without an answer `locked_until` says how long somebody is still working on it, who
 * extends it meanwhile, and `attempt` numbers who. Everything readable here is a keyed hash.
 *
 * `begin_idempotent` takes many requests of one organization in one round trip (the caller sends each id once). For
 * each it answers `begun` (this call works on it, as attempt 1), `taken_over` (so does this one, in place of a process
 * that is gone), `answered`, `in_flight` or `reused` (the id stands for another body).
 */
export const idempotencyMigrations: readonly Migration[] = [
  {
    id: 'command-api/001-idempotency',
    sql: `
      create schema if not exists command_api;
      grant usage on schema command_api to {{api}};

      create table command_api.idempotency (
        org_id text not null,
        id bytea not null,
        body_hash bytea not null,
        sealed_intent bytea not null,
        sealed_answer bytea,
        attempt int not null default 1,
        locked_until timestamptz not null,
        created_at timestamptz not null default now(),
        primary key (org_id, id)
      );
      create index idempotency_created_at on command_api.idempotency (created_at);
      alter table command_api.idempotency enable row level security;
      alter table command_api.idempotency force row level security;
      create policy own_organization on command_api.idempotency to {{api}}
        using (org_id = current_setting('keyledger.org_id', true))
        with check (org_id = current_setting('keyledger.org_id', true));
      grant select, insert, update, delete on command_api.idempotency to {{api}};

      -- The sweeper sees what is past its time, of every organization, and nothing else.
      grant usage on schema command_api to {{projector}};
      create policy expired on command_api.idempotency to {{projector}} using (created_at < now() - interval '24 hours');
      grant select (org_id, id, created_at), delete on command_api.idempotency to {{projector}};

      create function command_api.begin_idempotent(
        p_org text, p_ids bytea[], p_body_hashes bytea[], p_intents bytea[], p_lock interval, p_kept interval
      ) returns table (id bytea, outcome text, attempt int, sealed_intent bytea, sealed_answer bytea, created_at timestamptz)
      language plpgsql as $$
      #variable_conflict use_column
      begin
        perform set_config('keyledger.org_id', p_org, true);
        return query
          with written as (
            insert into command_api.idempotency as stored (org_id, id, body_hash, sealed_intent, locked_until)
            select p_org, request.id, request.body_hash, request.intent, clock_timestamp() + p_lock
            from unnest(p_ids, p_body_hashes, p_intents) as request (id, body_hash, intent)
            order by request.id
            on conflict (org_id, id) do update set
              body_hash = excluded.body_hash,
              sealed_intent = case when stored.created_at < now() - p_kept then excluded.sealed_intent else stored.sealed_intent end,
              sealed_answer = null,
              attempt = case when stored.created_at < now() - p_kept then 1 else stored.attempt + 1 end,
              created_at = case when stored.created_at < now() - p_kept then now() else stored.created_at end,
              locked_until = excluded.locked_until
            where stored.created_at < now() - p_kept
               or (stored.sealed_answer is null and stored.locked_until < clock_timestamp() and stored.body_hash = excluded.body_hash)
            returning stored.id, stored.attempt, stored.sealed_intent, stored.created_at
          )
          select written.id, case when written.attempt = 1 then 'begun' else 'taken_over' end,
                 written.attempt, written.sealed_intent, null::bytea, written.created_at
          from written;
        return query
          select stored.id,
                 case when stored.body_hash <> request.body_hash then 'reused'
                      when stored.sealed_answer is not null then 'answered'
                      else 'in_flight' end,
                 stored.attempt, stored.sealed_intent, stored.sealed_answer, stored.created_at
          from unnest(p_ids, p_body_hashes) as request (id, body_hash)
          join command_api.idempotency stored on stored.org_id = p_org and stored.id = request.id;
      end $$;

      create function command_api.has_idempotent(p_org text, p_id bytea) returns boolean language plpgsql as $$
      begin
        perform set_config('keyledger.org_id', p_org, true);
        return exists (select from command_api.idempotency stored
          where stored.org_id = p_org and stored.id = p_id and stored.created_at > now() - interval '24 hours');
      end $$;

      create function command_api.answer_idempotent(p_org text, p_ids bytea[], p_answers bytea[])
      returns void language plpgsql as $$
      begin
        perform set_config('keyledger.org_id', p_org, true);
        update command_api.idempotency stored set sealed_answer = answered.answer
        from unnest(p_ids, p_answers) as answered (id, answer)
        where stored.org_id = p_org and stored.id = answered.id and stored.sealed_answer is null;
      end $$;

      create function command_api.forget_idempotent(p_org text, p_id bytea, p_attempt int)
      returns void language plpgsql as $$
      begin
        perform set_config('keyledger.org_id', p_org, true);
        delete from command_api.idempotency stored
        where stored.org_id = p_org and stored.id = p_id and stored.attempt = p_attempt and stored.sealed_answer is null;
      end $$;

      create function command_api.unlock_idempotent(p_org text, p_id bytea, p_attempt int)
      returns void language plpgsql as $$
      begin
        perform set_config('keyledger.org_id', p_org, true);
        update command_api.idempotency stored set locked_until = '-infinity'
        where stored.org_id = p_org and stored.id = p_id and stored.attempt = p_attempt and stored.sealed_answer is null;
      end $$;
    `,
  },
  {
    id: 'command-api/003-idempotency-extended',
    sql: `
      drop function command_api.answer_idempotent(text, bytea[], bytea[]);

      -- The first answer stays: of those that had one already it is handed back.
      create function command_api.answer_idempotent(p_org text, p_ids bytea[], p_answers bytea[])
      returns table (id bytea, sealed_answer bytea) language plpgsql as $$
      #variable_conflict use_column
      begin
        perform set_config('keyledger.org_id', p_org, true);
        update command_api.idempotency stored set sealed_answer = answered.answer
        from unnest(p_ids, p_answers) as answered (id, answer)
        where stored.org_id = p_org and stored.id = answered.id and stored.sealed_answer is null;
        -- A statement of its own, which sees what somebody has kept while the first one waited.
        return query
          select stored.id, stored.sealed_answer
          from unnest(p_ids, p_answers) as answered (id, answer)
          join command_api.idempotency stored on stored.org_id = p_org and stored.id = answered.id
          where stored.sealed_answer <> answered.answer;
      end $$;

      create function command_api.extend_idempotent(p_org text, p_id bytea, p_attempt int, p_lock interval)
      returns boolean language plpgsql as $$
      begin
        perform set_config('keyledger.org_id', p_org, true);
        update command_api.idempotency stored set locked_until = clock_timestamp() + p_lock
        where stored.org_id = p_org and stored.id = p_id and stored.attempt = p_attempt and stored.sealed_answer is null
          -- not what was unlocked just now: its attempt is over
          and stored.locked_until > '-infinity';
        return found;
      end $$;
    `,
  },
];
