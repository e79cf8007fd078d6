import type { Kysely } from 'kysely';
import { inOrganization } from '#libs/postgres';
import type { ReadModelTables } from '../schema/read-model-tables.js';
import { toKeyWithUse, type KeyWithUse } from './key-with-use.js';

/** Null for an unknown key, for one of another organization and for a deleted one alike. @throws DatabaseUnavailable */
export function getApiKey(database: Kysely<ReadModelTables>, orgId: string, id: string): Promise<KeyWithUse | null> {
  return inOrganization(database, orgId, async (transaction) => {
    const row = await transaction
      .selectFrom('read_models.api_keys as keys')
      .leftJoin('read_models.api_key_usage as usage', (join) =>
        join.onRef('usage.org_id', '=', 'keys.org_id').onRef('usage.key_id', '=', 'keys.id'),
      )
      .select(['keys.state', 'keys.created_seq', 'usage.last_used_at'])
      .where('keys.org_id', '=', orgId)
      .where('keys.id', '=', id)
      .where('keys.deleted', '=', false)
      .executeTakeFirst();
    return row === undefined ? null : toKeyWithUse(row);
  });
}
