import type { Kysely } from 'kysely';
import type { JobFacts } from '#libs/domain';
import { inOrganization } from '#libs/postgres';
import type { ReadModelTables } from '../schema/read-model-tables.js';
import type { JobFilter, JobPageBounds } from './job-filter.js';
import { jobsPage } from './jobs-page.js';

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
  bounds: JobPageBounds,
  nowSeconds: number,
): Promise<JobPage> {
  return inOrganization(database, orgId, async (transaction) => {
    const rows = await jobsPage(transaction, orgId, filter, bounds, nowSeconds).execute();
    const jobs = rows
      .slice(0, bounds.limit)
      .flatMap(({ state, created_seq }) => (state === null ? [] : [{ job: state, createdSeq: Number(created_seq) }]));
    return { jobs, more: rows.length > jobs.length };
  });
}
