import type { Kysely } from 'kysely';
import { inOrganization } from '#libs/postgres';
import type { ReadModelTables } from '../schema/read-model-tables.js';
import { keyFilter, type ApiKeyFilter, type ApiKeyPage } from './key-filter.js';
import { toKeyWithUse, type KeyWithUse } from './key-with-use.js';

/**
 * Keys of one organization, newest first, revoked and expired ones included, deleted ones not. Ordered by the event that
 * made each key, so that a cursor stays right while keys are added.
 * @throws DatabaseUnavailable
 */
export function listApiKeys(
  database: Kysely<ReadModelTables>,
  orgId: string,
  filter: ApiKeyFilter,
  { limit, beforeSeq }: ApiKeyPage,
  nowSeconds: number,
): Promise<readonly KeyWithUse[]> {
  return inOrganization(database, orgId, async (transaction) => {
    let keys = transaction
      .selectFrom('read_models.api_keys as keys')
      .leftJoin('read_models.api_key_usage as usage', (join) =>
        join.onRef('usage.org_id', '=', 'keys.org_id').onRef('usage.key_id', '=', 'keys.id'),
      )
      .select(['keys.state', 'keys.created_seq', 'usage.last_used_at'])
      .where('keys.org_id', '=', orgId)
      .where(keyFilter(filter, nowSeconds));
    if (beforeSeq !== null) keys = keys.where('keys.created_seq', '<', String(beforeSeq));
    const rows = await keys.orderBy('keys.created_seq', 'desc').limit(limit).execute();
    return rows.map(toKeyWithUse);
  });
}
