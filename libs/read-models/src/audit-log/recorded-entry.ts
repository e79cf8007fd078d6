import type { Selectable } from 'kysely';
import type { Actor, AuditEntry } from '#libs/domain';
import type { AuditEntriesTable } from '../schema/read-model-tables.js';

/** Where an act came from; null what is not known. */
export interface EntryContext {
  readonly ip: string | null;
  readonly user_agent: string | null;
  readonly request_id: string;
}

/** An entry of the audit log as every answer shows it (REST contract, section 4). */
export interface RecordedEntry extends AuditEntry {
  /** The event's. */
  readonly id: string;
  readonly seq: number;
  /** Unix seconds. */
  readonly created_at: number;
  /** RFC 3339 with milliseconds. */
  readonly occurred_at: string;
  readonly actor: Actor;
  readonly context: EntryContext;
}

export function toRecordedEntry(row: Selectable<AuditEntriesTable>): RecordedEntry {
  return {
    id: row.id,
    seq: Number(row.seq),
    created_at: Number(row.created_at),
    occurred_at: row.occurred_at,
    actor: { type: row.actor_type, id: row.actor_id, name: row.actor_name },
    event_group: row.event_group,
    event_type: row.event_type,
    activity_type: row.activity_type,
    target_type: row.target_type,
    target_id: row.target_id,
    target_name: row.target_name,
    summary: row.summary,
    reason: row.reason,
    data: row.data,
    context: row.context,
  };
}
