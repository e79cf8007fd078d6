import type { Transaction } from 'kysely';
import { API_KEY_EVENT_TYPES } from './api-key-event-types.js';
import { toRecordedEvent, type RecordedEvent } from '../audit-log/recorded-event.js';
import type { ReadModelTables } from '../schema/read-model-tables.js';

export interface LineageEvent {
  readonly seq: number;
  readonly event: RecordedEvent;
}

/** Events of one page of reading: what a long history holds of memory, and of the event loop, at once. */
const AT_ONCE = 500;

/**
 * The events of one lineage, oldest first, from the rows of the audit log: every event of a key is an entry, found by
 * its lineage. `types` leaves out the others.
 */
export async function* lineageEvents(
  transaction: Transaction<ReadModelTables>,
  orgId: string,
  lineage: string,
  types: readonly string[] = API_KEY_EVENT_TYPES,
): AsyncGenerator<LineageEvent, void, undefined> {
  for (let afterSeq = 0; ;) {
    const rows = await transaction
      .selectFrom('read_models.audit_entries')
      .select(['seq', 'event_type', 'event'])
      .where('org_id', '=', orgId)
      .where('target_lineage', '=', lineage)
      .where('event_type', 'in', types)
      .where('seq', '>', String(afterSeq))
      .orderBy('seq')
      .limit(AT_ONCE)
      .execute();
    for (const row of rows) {
      afterSeq = Number(row.seq);
      yield { seq: afterSeq, event: toRecordedEvent(row) };
    }
    if (rows.length < AT_ONCE) return;
  }
}
