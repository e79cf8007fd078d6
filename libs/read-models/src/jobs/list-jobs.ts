import type { Kysely } from 'kysely';
import type { JobFacts } from '#libs/domain';
import { inOrganization } from '#libs/postgres';
import type { ReadModelTables } from '../schema/read-model-tables.js';
import { jobFilter, type JobFilter, type JobPage } from './job-filter.js';

/** A job, without its input, and its place in every list. */
export interface ListedJob {
  readonly job: JobFacts;
  readonly createdSeq: number;
}

/**
 * Jobs of one organization, newest first, ordered by the event that submitted each, so that a cursor stays right while
 * jobs are added.
 * @throws DatabaseUnavailable
 */
export function listJobs(
  database: Kysely<ReadModelTables>,
  orgId: string,
  filter: JobFilter,
  { limit, beforeSeq }: JobPage,
  nowSeconds: number,
): Promise<readonly ListedJob[]> {
  return inOrganization(database, orgId, async (transaction) => {
    let jobs = transaction
      .selectFrom('read_models.jobs as jobs')
      .select(['jobs.state', 'jobs.created_seq'])
      .where('jobs.org_id', '=', orgId)
      .where(jobFilter(filter, nowSeconds));
    if (beforeSeq !== null) jobs = jobs.where('jobs.created_seq', '<', String(beforeSeq));
    const rows = await jobs.orderBy('jobs.created_seq', 'desc').limit(limit).execute();
    return rows.map(({ state, created_seq }) => ({ job: state, createdSeq: Number(created_seq) }));
  });
}
