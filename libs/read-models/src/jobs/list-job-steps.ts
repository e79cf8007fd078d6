import type { Kysely } from 'kysely';
import { inOrganization } from '#libs/postgres';
import type { ReadModelTables } from '../schema/read-model-tables.js';

/** An event of a job: its place in the job's stream, and its number among all events of the organization. */
export interface JobStep {
  readonly revision: number;
  readonly seq: number;
}

export interface JobStepsPage {
  readonly limit: number;
  /** Exclusive; -1 begins with the first. */
  readonly afterRevision: number;
}

/**
 * Oldest first. None of an unknown job, and of another organization's, on the first page.
 * @throws DatabaseUnavailable
 */
export function listJobSteps(
  database: Kysely<ReadModelTables>,
  orgId: string,
  id: string,
  { limit, afterRevision }: JobStepsPage,
): Promise<readonly JobStep[]> {
  return inOrganization(database, orgId, async (transaction) => {
    const rows = await transaction
      .selectFrom('read_models.job_steps')
      .select(['revision', 'seq'])
      .where('org_id', '=', orgId)
      .where('id', '=', id)
      .where('revision', '>', afterRevision)
      .orderBy('revision')
      .limit(limit)
      .execute();
    return rows.map(({ revision, seq }) => ({ revision, seq: Number(seq) }));
  });
}
