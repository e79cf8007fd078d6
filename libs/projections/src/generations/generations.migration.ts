import type { Migration } from '#libs/postgres';

/**
 * Generations of a projection's tables, each in a schema of its own behind views of one name in `read_models`: a rebuild
 * fills the next one beside the one that serves, and one transaction points the views at it.
 *
 * The projector role owns nothing, so what needs an owner are functions of fixed effect that it may call: they make
 * tables only in the shapes that migrations gave, and drop only generations that do not serve.
 */
export const generationsMigration: Migration = {
  id: 'projections/003-generations',
  sql: `
    alter table read_models.projection_checkpoints rename column version to generation;
    alter table read_models.projection_sequences rename column version to generation;
    alter table read_models.projection_leases rename column version to generation;

    -- What was projected last is how a log that was replaced by another is recognised.
    alter table read_models.projection_checkpoints
      add column events bigint not null default 0,
      add column log_head numeric(20) not null default 0,
      add column last_stream text,
      add column last_revision bigint,
      add column last_event_id uuid;
    grant delete on read_models.projection_checkpoints, read_models.projection_sequences to {{projector}};

    -- What its owner last said of it, with each renewal.
    alter table read_models.projection_leases
      add column lag_seconds double precision not null default 0,
      add column events_per_second double precision not null default 0;
    grant select on read_models.projection_leases to {{api}};

    create table read_models.projection_generations (
      projection text not null,
      generation int not null,
      -- of the fold that fills it
      version int not null,
      state text not null check (state in ('serving', 'building', 'failed', 'retired')),
      started_at timestamptz not null default now(),
      -- why nobody goes on with it
      error text,
      primary key (projection, generation)
    );
    create unique index projection_generations_serving on read_models.projection_generations (projection)
      where state = 'serving';
    create unique index projection_generations_building on read_models.projection_generations (projection)
      where state = 'building';
    grant select on read_models.projection_generations to {{api}}, {{projector}};
    grant update (error) on read_models.projection_generations to {{projector}};

    create view read_models.serving_projections with (security_invoker = true) as
      select projection, version, generation, position
      from read_models.projection_generations join read_models.projection_checkpoints using (projection, generation)
      where state = 'serving';
    grant select on read_models.serving_projections to {{api}}, {{projector}};

    create table read_models.projection_tables (
      table_name text primary key,
      projection text not null
    );

    create schema read_model_shapes;

    create function read_models.generation_schema(p_projection text, p_generation int) returns text
    language sql immutable as $$ select 'read_models_' || replace(p_projection, '-', '_') || '_' || p_generation $$;

    -- The view of the name that readers know, over one generation's table.
    create function read_models.show_generation(p_table text, p_schema text) returns void
    language plpgsql set search_path = pg_catalog as $$
    begin
      execute format('drop view if exists read_models.%I', p_table);
      execute format('create view read_models.%1$I with (security_invoker = true) as select * from %2$I.%1$I',
                     p_table, p_schema);
      execute format('grant select on read_models.%I to %s, %s', p_table, $r$ {{api}} $r$, $r$ {{projector}} $r$);
    end $$;

    create function read_models.allow_generation(p_schema text) returns void
    language plpgsql set search_path = pg_catalog as $$
    begin
      execute format('grant usage on schema %I to %s, %s', p_schema, $r$ {{api}} $r$, $r$ {{projector}} $r$);
    end $$;

    -- For migrations: tables that stand in read_models become the first generation, and the shape of all later ones.
    create function read_models.adopt_projection(p_projection text, p_version int, variadic p_tables text[]) returns void
    language plpgsql set search_path = pg_catalog as $$
    declare
      v_schema text := read_models.generation_schema(p_projection, 1);
      v_table text;
    begin
      execute format('create schema %I', v_schema);
      perform read_models.allow_generation(v_schema);
      foreach v_table in array p_tables loop
        insert into read_models.projection_tables (table_name, projection) values (v_table, p_projection);
        execute format('alter table read_models.%I set schema %I', v_table, v_schema);
        perform read_models.copy_shape(v_schema, 'read_model_shapes', v_table);
        perform read_models.show_generation(v_table, v_schema);
      end loop;
      insert into read_models.projection_generations (projection, generation, version, state)
      values (p_projection, 1, p_version, 'serving');
      insert into read_models.projection_checkpoints (projection, generation) values (p_projection, 1)
      on conflict do nothing;
    end $$;

    -- Columns, keys, indexes, storage options, row-level security with its policies, and rights; no rows.
    create function read_models.copy_shape(p_from text, p_to text, p_table text) returns void
    language plpgsql set search_path = pg_catalog as $$
    declare
      v_source regclass := format('%I.%I', p_from, p_table)::regclass;
      v_options text;
      v_policy record;
      v_secured boolean;
    begin
      execute format('create table %1$I.%3$I (like %2$I.%3$I including all)', p_to, p_from, p_table);
      select array_to_string(reloptions, ', '), relrowsecurity into v_options, v_secured from pg_class where oid = v_source;
      if v_options is not null then
        execute format('alter table %I.%I set (%s)', p_to, p_table, v_options);
      end if;
      if v_secured then
        execute format('alter table %1$I.%2$I enable row level security', p_to, p_table);
        execute format('alter table %1$I.%2$I force row level security', p_to, p_table);
      end if;
      for v_policy in
        select policyname, cmd, qual, with_check,
               (select string_agg(quote_ident(role), ', ') from unnest(roles) as role) as roles
        from pg_policies where schemaname = p_from and tablename = p_table
      loop
        execute format('create policy %I on %I.%I for %s to %s%s%s', v_policy.policyname, p_to, p_table, v_policy.cmd,
                       v_policy.roles, ' using (' || v_policy.qual || ')',
                       case when v_policy.with_check is null then '' else ' with check (' || v_policy.with_check || ')' end);
      end loop;
      execute format('grant select on %I.%I to %s', p_to, p_table, $r$ {{api}} $r$);
      execute format('grant select, insert, update, delete on %I.%I to %s', p_to, p_table, $r$ {{projector}} $r$);
    end $$;

    -- The generation that is being built, a new one where there is none; what was given up before is dropped first.
    create function read_models.open_generation(p_projection text, p_version int) returns int
    language plpgsql security definer set search_path = pg_catalog as $$
    declare
      v_generation int;
      v_schema text;
      v_table text;
    begin
      perform pg_advisory_xact_lock(hashtextextended('keyledger generations ' || p_projection, 0));
      select generation into v_generation from read_models.projection_generations
      where projection = p_projection and state = 'building';
      if found then
        return v_generation;
      end if;
      perform read_models.drop_unused(p_projection, '{retired,failed}');
      select max(generation) + 1 into v_generation from read_models.projection_generations
      where projection = p_projection;
      if v_generation is null then
        raise exception 'there is no projection %', p_projection using errcode = 'undefined_object';
      end if;
      v_schema := read_models.generation_schema(p_projection, v_generation);
      execute format('create schema %I', v_schema);
      perform read_models.allow_generation(v_schema);
      for v_table in select table_name from read_models.projection_tables where projection = p_projection loop
        perform read_models.copy_shape('read_model_shapes', v_schema, v_table);
      end loop;
      insert into read_models.projection_generations (projection, generation, version, state)
      values (p_projection, v_generation, p_version, 'building');
      insert into read_models.projection_checkpoints (projection, generation) values (p_projection, v_generation);
      return v_generation;
    end $$;

    -- Makes the generation serve, unless the one that serves has come further. Its checkpoint's row lock holds the owner
    -- of the old one, who then finds it gone.
    create function read_models.switch_generation(p_projection text, p_generation int) returns boolean
    language plpgsql security definer set search_path = pg_catalog as $$
    declare
      v_serving int;
      v_served numeric;
      v_built numeric;
      v_table text;
    begin
      select generation into v_serving from read_models.projection_generations
      where projection = p_projection and state = 'serving' for update;
      select position into v_served from read_models.projection_checkpoints
      where projection = p_projection and generation = v_serving for update;
      select position into v_built from read_models.projection_checkpoints
      where projection = p_projection and generation = p_generation for update;
      if not exists (select from read_models.projection_generations
                     where projection = p_projection and generation = p_generation and state = 'building' for update) then
        raise exception 'generation % of % is not being built', p_generation, p_projection;
      end if;
      if v_built < v_served then
        return false;
      end if;
      for v_table in
        select table_name from read_models.projection_tables where projection = p_projection order by table_name
      loop
        perform read_models.show_generation(v_table, read_models.generation_schema(p_projection, p_generation));
      end loop;
      update read_models.projection_generations set state = 'retired'
      where projection = p_projection and generation = v_serving;
      update read_models.projection_generations set state = 'serving', error = null
      where projection = p_projection and generation = p_generation;
      delete from read_models.projection_checkpoints where projection = p_projection and generation = v_serving;
      perform pg_notify('keyledger_checkpoints', p_projection);
      return true;
    end $$;

    create function read_models.fail_generation(p_projection text, p_generation int, p_error text) returns void
    language sql security definer set search_path = pg_catalog as $$
      update read_models.projection_generations set state = 'failed', error = p_error
      where projection = p_projection and generation = p_generation and state = 'building'
    $$;

    -- Drops what no reader can find any more.
    create function read_models.drop_unused(p_projection text, p_states text[]) returns void
    language plpgsql security definer set search_path = pg_catalog as $$
    declare
      v_generation int;
    begin
      for v_generation in
        select generation from read_models.projection_generations
        where projection = p_projection and state = any (p_states) and state in ('failed', 'retired')
        for update skip locked
      loop
        execute format('drop schema if exists %I cascade', read_models.generation_schema(p_projection, v_generation));
        delete from read_models.projection_checkpoints where projection = p_projection and generation = v_generation;
        delete from read_models.projection_sequences where projection = p_projection and generation = v_generation;
        delete from read_models.projection_leases where projection = p_projection and generation = v_generation;
        delete from read_models.projection_parked_events where projection = p_projection and generation = v_generation;
        delete from read_models.projection_generations where projection = p_projection and generation = v_generation;
      end loop;
    end $$;

    -- Events that a projection could not fold, and all that followed them in their streams, in order.
    create table read_models.projection_parked_events (
      projection text not null,
      generation int not null,
      stream text collate "C" not null,
      revision bigint not null,
      event_id uuid not null,
      position numeric(20) not null,
      org_id text collate "C" not null,
      seq bigint not null,
      parked_at timestamptz not null default now(),
      -- why, on the first of its stream
      error text,
      primary key (projection, generation, stream, revision)
    );
    alter table read_models.projection_parked_events enable row level security;
    alter table read_models.projection_parked_events force row level security;
    create policy every_organization on read_models.projection_parked_events to {{projector}} using (true) with check (true);
    grant select, insert, update, delete on read_models.projection_parked_events to {{projector}};
    -- The functions above, and what the operator's routes show, run as the owner.
    create policy operator on read_models.projection_parked_events to current_user using (true);
    create policy operator on read_models.projection_sequences to current_user using (true);

    create function read_models.parked_streams()
    returns table (projection text, generation int, stream text, events bigint, parked_at timestamptz, error text)
    language sql stable security definer set search_path = pg_catalog as $$
      select projection, generation, stream, count(*), min(parked_at), (array_agg(error order by revision))[1]
      from read_models.projection_parked_events group by projection, generation, stream
      order by min(parked_at), stream limit 1000
    $$;

    create table read_models.projection_requests (
      id bigint generated always as identity primary key,
      projection text not null,
      kind text not null check (kind in ('rebuild', 'unpark')),
      stream text,
      requested_at timestamptz not null default now(),
      state text not null default 'requested' check (state in ('requested', 'done', 'failed')),
      note text
    );
    create unique index projection_requests_open on read_models.projection_requests (projection, kind, coalesce(stream, ''))
      where state = 'requested';
    grant select, insert (projection, kind, stream) on read_models.projection_requests to {{api}};
    grant select, update, delete on read_models.projection_requests to {{projector}};

    revoke all on function read_models.show_generation, read_models.allow_generation, read_models.adopt_projection,
      read_models.copy_shape, read_models.open_generation, read_models.switch_generation, read_models.fail_generation,
      read_models.drop_unused, read_models.parked_streams from public;
    grant execute on function read_models.open_generation, read_models.switch_generation, read_models.fail_generation,
      read_models.drop_unused to {{projector}};
    grant execute on function read_models.parked_streams to {{api}}, {{projector}};
    grant execute on function read_models.generation_schema to {{projector}};
  `,
};
