import type { Migration } from '#libs/postgres';
import { generationsMigration } from './generations/generations.migration.js';

/**
 * The progress of each projection and its count of each organization's events, both written in the transaction that
 * writes the rows. The api role sees how far a projection is, and nothing of the counts.
 */
export const projectionMigrations: readonly Migration[] = [
  {
    id: 'projections/001-checkpoints',
    sql: `
      create schema if not exists read_models;
      grant usage on schema read_models to {{api}}, {{projector}};

      create table read_models.projection_checkpoints (
        projection text not null,
        version int not null,
        -- EventStoreDB's positions are unsigned 64-bit numbers
        position numeric(20) not null default 0,
        moved_at timestamptz not null default now(),
        primary key (projection, version)
      );
      grant select on read_models.projection_checkpoints to {{api}};
      grant select, insert, update on read_models.projection_checkpoints to {{projector}};

      create table read_models.projection_sequences (
        projection text not null,
        version int not null,
        org_id text collate "C" not null,
        seq bigint not null,
        primary key (projection, version, org_id)
      ) with (fillfactor = 50);
      alter table read_models.projection_sequences enable row level security;
      alter table read_models.projection_sequences force row level security;
      create policy every_organization on read_models.projection_sequences to {{projector}} using (true) with check (true);
      grant select, insert, update on read_models.projection_sequences to {{projector}};
    `,
  },
  {
    id: 'projections/002-leases',
    // A sign of life that is worth nothing after a crash of the server: unlogged, so that renewing writes no WAL.
    sql: `
      create unlogged table read_models.projection_leases (
        projection text not null,
        version int not null,
        -- of the session that owns the projection
        pid int not null,
        renewed_at timestamptz not null,
        primary key (projection, version)
      ) with (fillfactor = 50);
      grant select, insert, update on read_models.projection_leases to {{projector}};
    `,
  },
  generationsMigration,
];
