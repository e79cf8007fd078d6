import type { Migration } from '#libs/postgres';
import { APPEND_FUNCTION } from './append-function.sql.js';

/**
 * The event log's schema. `data` and `metadata` are `text`, byte for byte what was appended: `jsonb` would reorder and
 * refuse NUL escapes, `json` would parse on every insert; cast them to look inside. `recorded_at` is Unix milliseconds.
 * There is no unique index on `event_id`: an id at another revision is another event, on EventStoreDB too, and the
 * retry of an append is recognised by revision and ids together.
 */
export const eventStoreMigrations: readonly Migration[] = [
  {
    id: 'event-store/001-log',
    sql: `
create schema event_store;

create table event_store.events (
  position bigint primary key check (position > 0),
  stream text collate "C" not null,
  revision bigint not null check (revision >= 0),
  event_id uuid not null,
  type text not null,
  data text not null,
  metadata text not null,
  recorded_at bigint not null,
  unique (stream, revision)
);

create table event_store.head (
  only_row boolean primary key default true check (only_row),
  position bigint not null
);
insert into event_store.head (position) values (0);

${APPEND_FUNCTION};

revoke all on function event_store.append_batch from public;
grant usage on schema event_store to {{events}};
grant select, insert on event_store.events to {{events}};
grant select, update (position) on event_store.head to {{events}};
grant execute on function event_store.append_batch to {{events}};
`,
  },
];
