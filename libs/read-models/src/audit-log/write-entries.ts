import type pg from 'pg';
import { toSeconds, type AuditEntry } from '#libs/domain';
import type { StoredEvent } from '#libs/event-store';
import type { SequencedEvent } from '#libs/projections';
import { arrayParameter } from '../array-parameter.js';
import { jsonLines } from '../json-lines.js';
import { searchText } from '../search-text.js';
import type { EntryContext } from './recorded-entry.js';
import { trailOf } from './trail-of.js';

export interface EntryRow extends SequencedEvent {
  readonly entry: AuditEntry;
}

/** Adds the entries of a page; one that is there already is an error, for each is projected once. */
export async function writeEntries(transaction: pg.ClientBase, rows: readonly EntryRow[]): Promise<void> {
  const column = (value: (row: EntryRow) => string | number | null): string => arrayParameter(rows.map(value));
  await transaction.query({
    name: 'write_entries',
    text: WRITE_ENTRIES,
    values: [
      column(({ event }) => event.metadata.org_id),
      column(({ seq }) => seq),
      column(({ event }) => event.id),
      column(({ event }) => toSeconds(Date.parse(event.metadata.occurred_at))),
      column(({ event }) => event.metadata.occurred_at),
      column(({ event }) => event.metadata.actor.type),
      column(({ event }) => event.metadata.actor.id),
      column(({ event }) => event.metadata.actor.name),
      column(({ entry }) => entry.event_group),
      column(({ entry }) => entry.event_type),
      column(({ entry }) => entry.activity_type),
      column(({ entry }) => entry.target_type),
      column(({ entry }) => entry.target_id),
      column(({ entry }) => entry.target_name),
      column(({ entry }) => (entry.target_id === null ? null : trailOf(entry.target_id))),
      column(({ entry }) => entry.summary),
      column(({ entry }) => entry.reason),
      jsonLines(rows.map(({ entry }) => entry.data)),
      jsonLines(rows.map(({ event }) => contextOf(event))),
      column(({ event, entry }) =>
        searchText(entry.summary, entry.target_name, event.metadata.actor.name, entry.reason),
      ),
    ],
  });
}

function contextOf({ metadata: { ip, user_agent, request_id } }: StoredEvent): EntryContext {
  return { ip, user_agent, request_id };
}

const WRITE_ENTRIES = `
  insert into read_models.audit_entries
    (org_id, seq, id, created_at, occurred_at, actor_type, actor_id, actor_name, event_group, event_type, activity_type,
     target_type, target_id, target_name, target_lineage, summary, reason, data, context, search)
  select * from unnest
    ($1::text[], $2::bigint[], $3::uuid[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
     $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[],
     string_to_array($18, E'\\n')::json[], string_to_array($19, E'\\n')::json[], $20::text[])`;
