import type { Migration } from '#libs/postgres';
import { confined } from './confined.js';

/**
 * The audit log: one row for each event that is an entry, as the domain maps it. `target_lineage` is what an object's
 * trail is found by: the lineage of a key, the id of anything else; it also leads to single targets, so that one index
 * serves both. `search` is lower-cased (see `searchText`).
 */
export const auditLogMigration: Migration = {
  id: 'read-models/002-audit-log',
  sql: `
    create table read_models.audit_entries (
      org_id text collate "C" not null,
      seq bigint not null,
      id uuid not null,
      -- Unix seconds, what lists are cut by; occurred_at is the same instant with milliseconds
      created_at bigint not null,
      occurred_at text not null,
      actor_type text not null,
      actor_id text collate "C" not null,
      actor_name text,
      event_group text not null,
      event_type text collate "C" not null,
      activity_type text not null,
      target_type text not null,
      target_id text,
      target_name text,
      target_lineage text collate "C",
      summary text not null,
      reason text,
      data json not null,
      context json not null,
      search text not null,
      primary key (org_id, seq)
    );
    create index audit_entries_created_at on read_models.audit_entries (org_id, created_at, seq);
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
