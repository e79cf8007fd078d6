import type { Kysely } from 'kysely';
import { inOrganization } from '#libs/postgres';
import type { ReadModelTables } from '../schema/read-model-tables.js';
import { toHistoryEntry, type KeyHistoryEntry } from './history-entry.js';

export interface KeyHistoryPage {
  readonly limit: number;
  /** Revision of the last entry of the page before, -1 for the first page. */
  readonly afterRevision: number;
}

/**
 * What happened to a key and its rotations, oldest first, deleted keys too; empty for a lineage that this organization
 * does not have. A page costs the same wherever it lies and however long the history is.
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
      .selectFrom('read_models.api_key_steps')
      .select(['revision', 'seq', 'entry', 'states'])
      .where('org_id', '=', orgId)
      .where('lineage', '=', lineage)
      .where('revision', '>', afterRevision)
      .orderBy('revision')
      .limit(limit)
      .execute();
    return rows.map(toHistoryEntry);
  });
}
