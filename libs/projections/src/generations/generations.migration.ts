import type { Migration } from '#libs/postgres';
import { ADOPT_PROJECTION } from './sql/adopt-projection.sql.js';
import { COPY_SHAPE } from './sql/copy-shape.sql.js';
import { DROP_UNUSED } from './sql/drop-unused.sql.js';
import { OPEN_GENERATION } from './sql/open-generation.sql.js';
import { SHOW_GENERATION } from './sql/show-generation.sql.js';
import { SWITCH_GENERATION } from './sql/switch-generation.sql.js';

/**
 * Generations of a projection's tables, each in a schema of its own behind views of one name in `read_models`: a rebuild
 * fills the next one beside the one that serves, and one transaction points the views at it.
 *
 * The projector role owns nothing, so what needs an owner are functions of fixed effect that it may call: they make
 * tables only in the shapes that migrations gave, and drop only generations that do not serve. They search `pg_temp`
 * last: left out of a search path it comes first, and a temporary table of the caller would pass for a catalogue.
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
    grant usage on schema read_models to {{operator}};
    grant select on read_models.projection_leases, read_models.projection_checkpoints to {{operator}};

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
    grant select on read_models.projection_generations to {{api}}, {{projector}}, {{operator}};

    create view read_models.serving_projections with (security_invoker = true) as
      select projection, version, generation, position
      from read_models.projection_generations join read_models.projection_checkpoints using (projection, generation)
      where state = 'serving';
    grant select on read_models.serving_projections to {{api}}, {{projector}}, {{operator}};

    create table read_models.projection_tables (
      table_name text primary key,
      projection text not null
    );

    create schema read_model_shapes;

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
    create policy every_stream on read_models.projection_parked_events for select to {{operator}} using (true);
    grant select on read_models.projection_parked_events to {{operator}};
    -- For drop_unused, which runs as the owner, who need not be a superuser.
    create policy of_the_owner on read_models.projection_parked_events to current_user using (true);
    create policy of_the_owner on read_models.projection_sequences to current_user using (true);

    create table read_models.projection_requests (
      id bigint generated always as identity primary key,
      projection text not null,
      kind text not null check (kind in ('rebuild', 'unpark')),
      -- of the fold that a rebuild is asked for: in an upgrade, both versions look for requests
      version int,
      stream text,
      requested_at timestamptz not null default now(),
      state text not null default 'requested' check (state in ('requested', 'done', 'failed')),
      note text
    );
    create unique index projection_requests_open on read_models.projection_requests (projection, kind, coalesce(stream, ''))
      where state = 'requested';
    grant select, insert (projection, kind, version, stream) on read_models.projection_requests to {{operator}};
    grant select, update, delete on read_models.projection_requests to {{projector}};

    ${COPY_SHAPE}
    ${SHOW_GENERATION}
    ${ADOPT_PROJECTION}
    ${OPEN_GENERATION}
    ${SWITCH_GENERATION}
    ${DROP_UNUSED}

    revoke all on function read_models.show_generation, read_models.allow_generation, read_models.adopt_projection,
      read_models.copy_shape, read_models.open_generation, read_models.switch_generation, read_models.fail_generation,
      read_models.drop_unused from public;
    grant execute on function read_models.open_generation, read_models.switch_generation, read_models.fail_generation,
      read_models.drop_unused to {{projector}};
    grant execute on function read_models.generation_schema to {{projector}};
  `,
};
