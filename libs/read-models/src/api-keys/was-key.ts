import type { Kysely } from 'kysely';
import { inOrganization } from '#libs/postgres';
import type { ReadModelTables } from '../schema/read-model-tables.js';

/** Whether the organization has or ever had a key of that id, deleted ones included. @throws DatabaseUnavailable */
export function wasKey(database: Kysely<ReadModelTables>, orgId: string, id: string): Promise<boolean> {
  return inOrganization(database, orgId, async (transaction) => {
    const row = await transaction
      .selectFrom('read_models.api_keys')
      .select('id')
      .where('org_id', '=', orgId)
      .where('id', '=', id)
      .executeTakeFirst();
    return row !== undefined;
  });
}
