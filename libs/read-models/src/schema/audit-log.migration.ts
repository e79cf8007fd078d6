import type { Migration } from '#libs/postgres';
import { confined } from './confined.js';

/**
 * The audit log, and with it the history of every key: one row for each event that is an entry. `event` is the event as
 * it was recorded, and the domain makes the entry, or a step of the history, of it when it is read; the columns beside
 * it are what lists filter and sort by, and nothing else. A release that maps or words entries differently raises the
 * projection's version, so that both are made by the same code. `target_lineage` is what an object's trail is found by:
 * the lineage of a key, the id of anything else; it also leads to single targets, so that one index serves both.
 * `search` is lower-cased (see `searchText`).
 */
export const auditLogMigration: Migration = {
  id: 'read-models/002-audit-log',
  sql: `
    create table read_models.audit_entries (
      org_id text collate "C" not null,
      seq bigint not null,
      -- Unix milliseconds
      occurred_at bigint not null,
      event_type text collate "C" not null,
      actor_id text collate "C" not null,
      target_type text not null,
      target_id text,
      target_lineage text collate "C",
      search text not null,
      event text not null,
      primary key (org_id, seq)
    );
    create index audit_entries_occurred_at on read_models.audit_entries (org_id, occurred_at, seq);
    create index audit_entries_event_type on read_models.audit_entries (org_id, event_type, seq);
    create index audit_entries_target on read_models.audit_entries (org_id, target_lineage, seq);
    create index audit_entries_actor on read_models.audit_entries (org_id, actor_id, seq);

    create table read_models.audit_actors (
      org_id text collate "C" not null,
      type text collate "C" not null,
      id text collate "C" not null,
      name text,
      last_seq bigint not null,
      primary key (org_id, type, id)
    ) with (fillfactor = 70);
    ${['audit_entries', 'audit_actors'].map(confined).join('\n')}
  `,
};
