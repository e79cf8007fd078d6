import { sql, type Kysely } from 'kysely';
import { inOrganization } from '#libs/postgres';
import type { ReadModelTables } from '../schema/read-model-tables.js';

/** Asked for in one query, so that none takes long however many are waited for. */
const MOST_IDS = 1_000;

/** Which of these jobs of one organization are completed, failed or cancelled. @throws DatabaseUnavailable */
export function endedJobs(
  database: Kysely<ReadModelTables>,
  orgId: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  return inOrganization(database, orgId, async (transaction) => {
    const ended = new Set<string>();
    for (let from = 0; from < ids.length; from += MOST_IDS) {
      const rows = await transaction
        .selectFrom('read_models.jobs')
        .select('id')
        .where('org_id', '=', orgId)
        // An array, so that the statement is the same for any number.
        .where('id', '=', sql<string>`any(${ids.slice(from, from + MOST_IDS)})`)
        .where('phase', 'in', ['completed', 'failed', 'cancelled'])
        .execute();
      for (const { id } of rows) ended.add(id);
    }
    return ended;
  });
}
