import type { Kysely } from 'kysely';
import { inOrganization } from '#libs/postgres';
import type { ReadModelTables } from '../schema/read-model-tables.js';

/**
 * Whether the organization has or ever had a key of that id, deleted ones included. It is asked of what the history is
 * read from, so that the two never disagree.
 * @throws DatabaseUnavailable
 */
export function wasKey(database: Kysely<ReadModelTables>, orgId: string, id: string): Promise<boolean> {
  return inOrganization(database, orgId, async (transaction) => {
    const row = await transaction
      .selectFrom('read_models.api_key_states')
      .select('revision')
      .where('org_id', '=', orgId)
      .where('id', '=', id)
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  });
}
