import type pg from 'pg';
import type { FieldChange, KeyState } from '#libs/domain';
import type { StoredEvent } from '#libs/event-store';

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
  await transaction.query({ name: 'write_history', text: WRITE_HISTORY, values: [JSON.stringify(rows.map(toRow))] });
}

function toRow({ event, lineage, seq, changes, states }: HistoryRow): object {
  return {
    org_id: event.metadata.org_id,
    lineage,
    revision: event.revision,
    seq,
    event_id: event.id,
    event_type: event.type,
    occurred_at: event.metadata.occurred_at,
    actor: event.metadata.actor,
    reason: event.metadata.reason,
    changes,
    states,
  };
}

const WRITE_HISTORY = `
  insert into read_models.api_key_history
    (org_id, lineage, revision, seq, event_id, event_type, occurred_at, actor, reason, changes, states)
  select * from json_to_recordset($1::json) as page
    (org_id text, lineage text, revision int, seq bigint, event_id uuid, event_type text, occurred_at text, actor json,
     reason text, changes json, states json)`;
