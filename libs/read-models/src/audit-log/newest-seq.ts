import type { Kysely } from 'kysely';
import { inOrganization } from '#libs/postgres';
import type { ReadModelTables } from '../schema/read-model-tables.js';

/** Number of the organization's newest event, 0 where it has none. @throws DatabaseUnavailable */
export function newestSeq(database: Kysely<ReadModelTables>, orgId: string): Promise<number> {
  return inOrganization(database, orgId, async (transaction) => {
    const { newest } = await transaction
      .selectFrom('read_models.audit_entries')
      .select(({ fn }) => fn.max<string | null>('seq').as('newest'))
      .where('org_id', '=', orgId)
      .executeTakeFirstOrThrow();
    return Number(newest ?? 0);
  });
}
