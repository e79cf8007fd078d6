import type pg from 'pg';
import type { AuditEntry } from '#libs/domain';
import type { SequencedEvent } from '#libs/projections';
import { BinaryArray } from '../binary-array.js';
import { searchText } from '../search-text.js';
import { toEventText } from './recorded-event.js';
import { trailOf } from './trail-of.js';

export interface EntryRow extends SequencedEvent {
  readonly entry: AuditEntry;
}

/** Adds the entries of a page; one that is there already is an error, for each is projected once. */
export async function writeEntries(transaction: pg.ClientBase, rows: readonly EntryRow[]): Promise<void> {
  await transaction.query({
    name: 'write_entries',
    text: WRITE_ENTRIES,
    values: [
      BinaryArray.text(rows, ({ event }) => event.metadata.org_id),
      BinaryArray.int8(rows, ({ seq }) => seq),
      BinaryArray.int8(rows, ({ event }) => Date.parse(event.metadata.occurred_at)),
      BinaryArray.text(rows, ({ event }) => event.type),
      BinaryArray.text(rows, ({ event }) => event.metadata.actor.id),
      BinaryArray.text(rows, ({ entry }) => entry.target_type),
      BinaryArray.text(rows, ({ entry }) => entry.target_id),
      BinaryArray.text(rows, ({ entry }) => (entry.target_id === null ? null : trailOf(entry.target_id))),
      BinaryArray.text(rows, ({ event, entry }) =>
        searchText(entry.summary, entry.target_name, event.metadata.actor.name, entry.reason),
      ),
      BinaryArray.text(rows, ({ event }) => toEventText(event)),
    ],
  });
}

const WRITE_ENTRIES = `
  insert into audit_entries
    (org_id, seq, occurred_at, event_type, actor_id, target_type, target_id, target_lineage, search, event)
  select * from unnest
    ($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
     $10::text[])`;
