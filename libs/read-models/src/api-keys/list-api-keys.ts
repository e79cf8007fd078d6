import { sql, type Kysely } from 'kysely';
import type { KeyEnvironment, KeyStatus, KeyType } from '#libs/domain';
import { inOrganization } from '#libs/postgres';
import { containsPattern } from '../contains-pattern.js';
import type { ReadModelTables } from '../schema/read-model-tables.js';
import { toKeyWithUse, type KeyWithUse } from './key-with-use.js';
import { statusSql } from './status-sql.js';

export interface ApiKeyFilter {
  /** Null: all. */
  readonly statuses: readonly KeyStatus[] | null;
  readonly type: KeyType | null;
  readonly environment: KeyEnvironment | null;
  /** Part of name or description in any case, or the beginning of an id. */
  readonly q: string | null;
}

export interface ApiKeyPage {
  readonly limit: number;
  /** `createdSeq` of the last key of the page before; null for the first page. */
  readonly beforeSeq: number | null;
}

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
  const { statuses, type, environment, q } = filter;
  return inOrganization(database, orgId, async (transaction) => {
    let keys = transaction
      .selectFrom('read_models.api_keys as keys')
      .leftJoin('read_models.api_key_usage as usage', (join) =>
        join.onRef('usage.org_id', '=', 'keys.org_id').onRef('usage.key_id', '=', 'keys.id'),
      )
      .select(['keys.state', 'keys.created_seq', 'usage.last_used_at'])
      .where('keys.org_id', '=', orgId)
      .where('keys.deleted', '=', false);
    if (statuses !== null) keys = keys.where(statusSql(nowSeconds), 'in', statuses);
    if (type !== null) keys = keys.where('keys.key_type', '=', type);
    if (environment !== null) keys = keys.where('keys.environment', '=', environment);
    if (q !== null) {
      const pattern = containsPattern(q);
      keys = keys.where((where) =>
        where.or([where('keys.search', 'like', pattern), sql<boolean>`starts_with(keys.id, ${q})`]),
      );
    }
    if (beforeSeq !== null) keys = keys.where('keys.created_seq', '<', String(beforeSeq));
    const rows = await keys.orderBy('keys.created_seq', 'desc').limit(limit).execute();
    return rows.map(toKeyWithUse);
  });
}
