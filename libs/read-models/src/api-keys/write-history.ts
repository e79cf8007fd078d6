import type pg from 'pg';
import type { FieldChange, KeyState } from '#libs/domain';
import type { StoredEvent } from '#libs/event-store';
import { arrayParameter } from '../array-parameter.js';
import { jsonLines } from '../json-lines.js';

/** One event of a lineage with what the fold and the runner know of it. */
export interface HistoryRow {
  readonly event: StoredEvent;
  readonly lineage: string;
  readonly seq: number;
  readonly changes: readonly FieldChange[];
  readonly states: readonly KeyState[];
}

/** Adds the events of a page to the history; one that is there already is an error, for each is projected once. */
export async function writeHistory(transaction: pg.ClientBase, rows: readonly HistoryRow[]): Promise<void> {
  const column = (value: (row: HistoryRow) => string | number | null): string => arrayParameter(rows.map(value));
  await transaction.query({
    name: 'write_history',
    text: WRITE_HISTORY,
    values: [
      column(({ event }) => event.metadata.org_id),
      column(({ lineage }) => lineage),
      column(({ event }) => event.revision),
      column(({ seq }) => seq),
      column(({ event }) => event.id),
      column(({ event }) => event.type),
      column(({ event }) => event.metadata.occurred_at),
      jsonLines(rows.map(({ event }) => event.metadata.actor)),
      column(({ event }) => event.metadata.reason),
      jsonLines(rows.map(({ changes }) => changes)),
      jsonLines(rows.map(({ states }) => states)),
    ],
  });
}

const WRITE_HISTORY = `
  insert into read_models.api_key_history
    (org_id, lineage, revision, seq, event_id, event_type, occurred_at, actor, reason, changes, states)
  select * from unnest
    ($1::text[], $2::text[], $3::int[], $4::bigint[], $5::uuid[], $6::text[], $7::text[], string_to_array($8, E'\\n')::json[], $9::text[],
     string_to_array($10, E'\\n')::json[], string_to_array($11, E'\\n')::json[])`;
