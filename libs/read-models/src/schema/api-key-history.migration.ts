import type { Migration } from '#libs/postgres';
import { confined } from './confined.js';

/**
 * How every key ever stood. `api_key_steps` has one row for each event of a lineage, as the history shows it, with the
 * keys that it changed, as it left them; rows are only added. `api_key_states` has one row for each key and each event
 * that changed it: from when until when the key stood so, and the columns that lists filter and sort by.
 *
 * Two tables, because the end of a state becomes known with the next event: the row that is then written again is a
 * narrow one. A state that lasts has the end 8,640,000,000,000,000, the last instant that a clock of ours can show.
 */
export const apiKeyHistoryMigration: Migration = {
  id: 'read-models/004-api-key-history',
  sql: `
    create table read_models.api_key_steps (
      org_id text collate "C" not null,
      lineage text collate "C" not null,
      revision int not null,
      seq bigint not null,
      -- what the history shows of the event
      entry text not null,
      -- the domain's KeyState of each key that the event changed, at most three
      states text not null,
      primary key (org_id, lineage, revision)
    );

    create table read_models.api_key_states (
      org_id text collate "C" not null,
      id text collate "C" not null,
      lineage text collate "C" not null,
      revision int not null,
      -- seq of the event that made the key: the order of every list
      created_seq bigint not null,
      -- Unix milliseconds, [began_at, ended_at): of two events in one millisecond the first has no time of its own
      began_at bigint not null,
      ended_at bigint not null,
      search text not null,
      key_type text not null,
      environment text not null,
      deleted boolean not null,
      revoked boolean not null,
      suspended boolean not null,
      rotated boolean not null,
      expires_at bigint,
      grace_expires_at bigint,
      primary key (org_id, id, began_at, revision)
    ) with (fillfactor = 80);
    create index api_key_states_newest on read_models.api_key_states (org_id, created_seq, began_at, ended_at);
    create unique index api_key_states_present on read_models.api_key_states (lineage, id)
      where ended_at = 8640000000000000;
    ${['api_key_steps', 'api_key_states'].map(confined).join('\n')}
  `,
};
