import type { Kysely } from 'kysely';
import type { Actor, FieldChange, KeyState } from '#libs/domain';
import { inOrganization } from '#libs/postgres';
import type { ReadModelTables } from '../schema/read-model-tables.js';

/** One event of a lineage. `occurredAt` is RFC 3339 with milliseconds. */
export interface KeyHistoryEntry {
  readonly seq: number;
  readonly revision: number;
  readonly eventId: string;
  readonly eventType: string;
  readonly occurredAt: string;
  readonly actor: Actor;
  readonly reason: string | null;
  readonly changes: readonly FieldChange[];
  /** The keys that the event changed, right after it, at most three, deleted ones included: to be presented for its instant. */
  readonly states: readonly KeyState[];
}

export interface KeyHistoryPage {
  readonly limit: number;
  /** Revision of the last entry of the page before, -1 for the first page. */
  readonly afterRevision: number;
}

/**
 * What happened to a key and its rotations, oldest first, deleted keys too; empty for a lineage that this organization
 * does not have.
 * @throws DatabaseUnavailable
 */
export function getApiKeyHistory(
  database: Kysely<ReadModelTables>,
  orgId: string,
  lineage: string,
  { limit, afterRevision }: KeyHistoryPage,
): Promise<readonly KeyHistoryEntry[]> {
  return inOrganization(database, orgId, async (transaction) => {
    const rows = await transaction
      .selectFrom('read_models.api_key_history')
      .selectAll()
      .where('org_id', '=', orgId)
      .where('lineage', '=', lineage)
      .where('revision', '>', afterRevision)
      .orderBy('revision')
      .limit(limit)
      .execute();
    return rows.map((row) => ({
      seq: Number(row.seq),
      revision: row.revision,
      eventId: row.event_id,
      eventType: row.event_type,
      occurredAt: row.occurred_at,
      actor: row.actor,
      reason: row.reason,
      changes: row.changes,
      states: row.states,
    }));
  });
}
