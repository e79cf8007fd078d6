import type { Kysely } from 'kysely';
import type { DomainEventType } from '#libs/domain';
import { inOrganization } from '#libs/postgres';
import { toRecordedEvent, type RecordedEvent } from '../audit-log/recorded-event.js';
import type { ReadModelTables } from '../schema/read-model-tables.js';

/** An event as it was recorded, with its number among all events of its organization. */
export interface LogEvent {
  readonly seq: number;
  readonly event: RecordedEvent;
}

export interface LogPage {
  readonly limit: number;
  /** Exclusive; 0 begins with the first. */
  readonly afterSeq: number;
  /** Inclusive; null: up to the newest. */
  readonly untilSeq: number | null;
}

/**
 * The organization's events, oldest first. An empty list of types asks for all.
 *
 * They are read from the audit log's rows: every event of the product has one there, entry or not, exports and denied
 * attempts too, and it keeps the event as it may be shown, under the number that every projection gives it. The event store has no index of
 * organizations: each page would walk over what all others did in between.
 * @throws DatabaseUnavailable
 */
export function listLogEvents(
  database: Kysely<ReadModelTables>,
  orgId: string,
  types: readonly DomainEventType[],
  { limit, afterSeq, untilSeq }: LogPage,
): Promise<readonly LogEvent[]> {
  return inOrganization(database, orgId, async (transaction) => {
    let events = transaction
      .selectFrom('read_models.audit_entries')
      .select(['seq', 'event_type', 'event'])
      .where('org_id', '=', orgId)
      .where('seq', '>', String(afterSeq));
    if (untilSeq !== null) events = events.where('seq', '<=', String(untilSeq));
    if (types.length > 0) events = events.where('event_type', 'in', types);
    const rows = await events.orderBy('seq').limit(limit).execute();
    return rows.map((row) => ({ seq: Number(row.seq), event: toRecordedEvent(row) }));
  });
}
