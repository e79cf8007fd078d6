import type pg from 'pg';
import { toSeconds, type AuditEntry } from '#libs/domain';
import type { SequencedEvent } from '#libs/projections';
import { searchText } from '../search-text.js';
import { trailOf } from './trail-of.js';

export interface EntryRow extends SequencedEvent {
  readonly entry: AuditEntry;
}

/** Adds the entries of a page; one that is there already is an error, for each is projected once. */
export async function writeEntries(transaction: pg.ClientBase, rows: readonly EntryRow[]): Promise<void> {
  await transaction.query({ name: 'write_entries', text: WRITE_ENTRIES, values: [JSON.stringify(rows.map(toRow))] });
}

function toRow({ event, seq, entry }: EntryRow): object {
  const { org_id, occurred_at, actor, ip, user_agent, request_id } = event.metadata;
  return {
    org_id,
    seq,
    id: event.id,
    created_at: toSeconds(Date.parse(occurred_at)),
    occurred_at,
    actor_type: actor.type,
    actor_id: actor.id,
    actor_name: actor.name,
    ...entry,
    target_lineage: entry.target_id === null ? null : trailOf(entry.target_id),
    context: { ip, user_agent, request_id },
    search: searchText(entry.summary, entry.target_name, actor.name, entry.reason),
  };
}

const WRITE_ENTRIES = `
  insert into read_models.audit_entries
    (org_id, seq, id, created_at, occurred_at, actor_type, actor_id, actor_name, event_group, event_type, activity_type,
     target_type, target_id, target_name, target_lineage, summary, reason, data, context, search)
  select * from json_to_recordset($1::json) as page
    (org_id text, seq bigint, id uuid, created_at bigint, occurred_at text, actor_type text, actor_id text,
     actor_name text, event_group text, event_type text, activity_type text, target_type text, target_id text,
     target_name text, target_lineage text, summary text, reason text, data json, context json, search text)`;
