import { sql, type Kysely } from 'kysely';
import type { JobFacts } from '#libs/domain';
import { inOrganization } from '#libs/postgres';
import type { ReadModelTables } from '../schema/read-model-tables.js';
import { jobFilter, type JobFilter, type JobPageBounds } from './job-filter.js';

/** A job, without its input, and its place in every list. */
export interface ListedJob {
  readonly job: JobFacts;
  readonly createdSeq: number;
}

export interface JobPage {
  readonly jobs: readonly ListedJob[];
  /** Whether others follow. */
  readonly more: boolean;
}

/**
 * Jobs of one organization, newest first, ordered by the event that submitted each, so that a cursor stays right while
 * jobs are added. A page is bounded by what its jobs weigh as well: the result of one may have a quarter of a megabyte.
 * @throws DatabaseUnavailable
 */
export function listJobs(
  database: Kysely<ReadModelTables>,
  orgId: string,
  filter: JobFilter,
  { limit, bytes, beforeSeq }: JobPageBounds,
  nowSeconds: number,
): Promise<JobPage> {
  return inOrganization(database, orgId, async (transaction) => {
    let jobs = transaction
      .selectFrom('read_models.jobs as jobs')
      .select(['jobs.state', 'jobs.state_bytes', 'jobs.created_seq'])
      .where('jobs.org_id', '=', orgId)
      .where(jobFilter(filter, nowSeconds));
    if (beforeSeq !== null) jobs = jobs.where('jobs.created_seq', '<', String(beforeSeq));
    const found = jobs
      .orderBy('jobs.created_seq', 'desc')
      .limit(limit + 1)
      .as('found');
    const soFar = sql<string>`sum(state_bytes) over (order by created_seq desc)`;
    const rows = await transaction
      .selectFrom(found)
      // What does not fit is not read: large values are kept beside the rows.
      .select(sql<JobFacts | null>`case when ${soFar} <= ${bytes} or ${soFar} = state_bytes then state end`.as('state'))
      .select('created_seq')
      .orderBy('created_seq', 'desc')
      .execute();
    const page = rows
      .slice(0, limit)
      .flatMap(({ state, created_seq }) => (state === null ? [] : [{ job: state, createdSeq: Number(created_seq) }]));
    return { jobs: page, more: rows.length > page.length };
  });
}
