import type pg from 'pg';
import type { AuditEntry } from '#libs/domain';
import type { SequencedEvent } from '#libs/projections';
import { BinaryArray } from '../binary-array.js';
import { byOrganization } from '../by-organization.js';
import { searchText } from '../search-text.js';
import { toEventText } from './recorded-event.js';
import { trailOf } from './trail-of.js';

export interface EntryRow extends SequencedEvent {
  /** Null for a step that is no entry. */
  readonly entry: FoundBy | null;
}

/** What an entry is found by: all of it that the row keeps, for the rest is made of the event again. */
export type FoundBy = Pick<AuditEntry, 'target_type' | 'target_id' | 'target_name' | 'summary' | 'reason'>;

/** Adds the rows of a page; one that is there already is an error, for each is projected once. */
export async function writeEntries(transaction: pg.ClientBase, entries: readonly EntryRow[]): Promise<void> {
  const rows = byOrganization(entries, ({ event }) => event.metadata.org_id);
  await transaction.query({
    name: 'write_entries',
    text: WRITE_ENTRIES,
    values: [
      BinaryArray.text(rows, ({ event }) => event.metadata.org_id),
      BinaryArray.int8(rows, ({ seq }) => seq),
      BinaryArray.int8(rows, ({ event }) => Date.parse(event.metadata.occurred_at)),
      BinaryArray.text(rows, ({ event }) => event.type),
      BinaryArray.text(rows, ({ event }) => event.metadata.actor.id),
      BinaryArray.text(rows, ({ entry }) => entry?.target_type ?? null),
      BinaryArray.text(rows, ({ entry }) => entry?.target_id ?? null),
      BinaryArray.text(rows, ({ entry }) => trailOrNull(entry?.target_id ?? null)),
      BinaryArray.text(rows, ({ event, entry }) =>
        entry === null ? '' : searchText(entry.summary, entry.target_name, event.metadata.actor.name, entry.reason),
      ),
      BinaryArray.text(rows, ({ event }) => toEventText(event)),
      BinaryArray.bool(rows, ({ entry }) => entry !== null),
    ],
  });
}

function trailOrNull(targetId: string | null): string | null {
  return targetId === null ? null : trailOf(targetId);
}

const WRITE_ENTRIES = `
  insert into audit_entries
    (org_id, seq, occurred_at, event_type, actor_id, target_type, target_id, target_lineage, search, event, is_entry)
  select * from unnest
    ($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
     $10::text[], $11::boolean[])`;
