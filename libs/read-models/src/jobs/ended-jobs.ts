import type { Kysely } from 'kysely';
import { inOrganization } from '#libs/postgres';
import type { ReadModelTables } from '../schema/read-model-tables.js';

/** Which of these jobs of one organization are completed, failed or cancelled. @throws DatabaseUnavailable */
export function endedJobs(
  database: Kysely<ReadModelTables>,
  orgId: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  return inOrganization(database, orgId, async (transaction) => {
    const rows = await transaction
      .selectFrom('read_models.jobs')
      .select('id')
      .where('org_id', '=', orgId)
      .where('id', 'in', ids)
      .where('phase', 'in', ['completed', 'failed', 'cancelled'])
      .execute();
    return new Set(rows.map(({ id }) => id));
  });
}
