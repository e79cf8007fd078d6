import type { Kysely } from 'kysely';
import { apiKeyDecider, changesOf, parseApiKeyEvent, type Actor, type FieldChange, type KeyState } from '#libs/domain';
import { inOrganization } from '#libs/postgres';
import type { ReadModelTables } from '../schema/read-model-tables.js';
import { changedKeys } from './changed-keys.js';
import { lineageEvents } from './lineage-events.js';

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
 * does not have. The states are folded when they are asked for, with the domain's own fold: to keep them beside each
 * event cost more than all else that was written of it.
 * @throws DatabaseUnavailable
 */
export function getApiKeyHistory(
  database: Kysely<ReadModelTables>,
  orgId: string,
  lineage: string,
  { limit, afterRevision }: KeyHistoryPage,
): Promise<readonly KeyHistoryEntry[]> {
  return inOrganization(database, orgId, async (transaction) => {
    const entries: KeyHistoryEntry[] = [];
    let before = apiKeyDecider.initialState;
    for await (const { seq, event } of lineageEvents(transaction, orgId, lineage)) {
      const recorded = parseApiKeyEvent(event);
      const after = apiKeyDecider.evolve(before, recorded);
      if (event.revision > afterRevision) {
        entries.push({
          seq,
          revision: event.revision,
          eventId: event.id,
          eventType: event.type,
          occurredAt: event.metadata.occurred_at,
          actor: event.metadata.actor,
          reason: event.metadata.reason,
          changes: changesOf(recorded),
          states: changedKeys(before, after),
        });
      }
      if (entries.length === limit) break;
      before = after;
    }
    return entries;
  });
}
