import type { Kysely } from 'kysely';
import type { JobFacts } from '#libs/domain';
import { inOrganization } from '#libs/postgres';
import type { ReadModelTables } from '../schema/read-model-tables.js';

/** Without its input. Null for an unknown job and for one of another organization alike. @throws DatabaseUnavailable */
export function getJob(database: Kysely<ReadModelTables>, orgId: string, id: string): Promise<JobFacts | null> {
  return inOrganization(database, orgId, async (transaction) => {
    const row = await transaction
      .selectFrom('read_models.jobs as jobs')
      .select('jobs.state')
      .where('jobs.org_id', '=', orgId)
      .where('jobs.id', '=', id)
      .executeTakeFirst();
    return row?.state ?? null;
  });
}
