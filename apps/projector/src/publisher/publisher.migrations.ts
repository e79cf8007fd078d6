import type { Migration } from '#libs/postgres';

/** How far the publisher is. One row, made by the first publisher. */
export const publisherMigrations: readonly Migration[] = [
  {
    id: 'publisher/001-checkpoint',
    sql: `
      create schema publisher;
      grant usage on schema publisher to {{projector}};

      create table publisher.checkpoint (
        only_one boolean primary key default true check (only_one),
        -- EventStoreDB's positions are unsigned 64-bit numbers
        position numeric(20) not null,
        -- of the last message
        last_message numeric(20) not null,
        -- the last event that was looked at, which tells this log from another
        last_stream text,
        last_revision bigint,
        last_event_id uuid,
        moved_at timestamptz not null default now()
      );
      grant select, insert, update on publisher.checkpoint to {{projector}};
    `,
  },
];
