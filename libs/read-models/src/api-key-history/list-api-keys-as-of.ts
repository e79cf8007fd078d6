import type { Kysely } from 'kysely';
import { toSeconds } from '#libs/domain';
import { inOrganization } from '#libs/postgres';
import { keyFilter, type ApiKeyFilter, type ApiKeyPage } from '../api-keys/key-filter.js';
import type { ReadModelTables } from '../schema/read-model-tables.js';
import { toKeyAsOf, type KeyAsOf } from './key-as-of.js';

/**
 * The list of keys (`listApiKeys`) as the events up to an instant (Unix milliseconds, inclusive) left it, in the same
 * order and by the same filter: keys that were deleted later are there, those that were made later are not.
 * @throws DatabaseUnavailable
 */
export function listApiKeysAsOf(
  database: Kysely<ReadModelTables>,
  orgId: string,
  filter: ApiKeyFilter,
  { limit, beforeSeq }: ApiKeyPage,
  atMs: number,
): Promise<readonly KeyAsOf[]> {
  return inOrganization(database, orgId, async (transaction) => {
    let standing = transaction
      .selectFrom('read_models.api_key_states')
      .select(['org_id', 'lineage', 'revision', 'id', 'created_seq'])
      .where('org_id', '=', orgId)
      .where('began_at', '<=', String(atMs))
      .where('ended_at', '>', String(atMs))
      .where(keyFilter(filter, toSeconds(atMs)));
    if (beforeSeq !== null) standing = standing.where('created_seq', '<', String(beforeSeq));
    const page = standing.orderBy('created_seq', 'desc').limit(limit).as('page');
    const rows = await transaction
      .selectFrom(page)
      .innerJoin('read_models.api_key_steps as steps', (join) =>
        join
          .onRef('steps.org_id', '=', 'page.org_id')
          .onRef('steps.lineage', '=', 'page.lineage')
          .onRef('steps.revision', '=', 'page.revision'),
      )
      .select(['page.id', 'page.created_seq', 'steps.states'])
      .orderBy('page.created_seq', 'desc')
      .execute();
    return rows.map(toKeyAsOf);
  });
}
