import type { Selectable } from 'kysely';
import { toAuditEntry, toSeconds, withPlaceholders, type Actor, type AuditEntry } from '#libs/domain';
import type { AuditEntriesTable } from '../schema/read-model-tables.js';
import { toRecordedEvent } from './recorded-event.js';

/** Where an act came from; null what is not known. */
export interface EntryContext {
  readonly ip: string | null;
  readonly user_agent: string | null;
  readonly request_id: string;
}

/** An entry of the audit log as every answer shows it. */
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

/**
 * The domain maps the event again as it did when the row was written: `search` and the filters fit what is shown.
 * @throws TypeError for the row of an event that is no entry
 */
export function toRecordedEntry(row: Selectable<AuditEntriesTable>): RecordedEntry {
  const event = toRecordedEvent(row);
  const { actor, ip, user_agent, request_id, occurred_at } = event.metadata;
  const entry = toAuditEntry({ ...event, data: withPlaceholders(event.type, event.data) });
  if (entry === null) throw new TypeError(`${event.type} is no entry of the audit log`);
  return {
    id: event.id,
    seq: Number(row.seq),
    created_at: toSeconds(Number(row.occurred_at)),
    occurred_at,
    actor,
    ...entry,
    context: { ip, user_agent, request_id },
  };
}
