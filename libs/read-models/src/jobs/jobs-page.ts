import { sql, type Transaction } from 'kysely';
import type { JobFacts } from '#libs/domain';
import type { ReadModelTables } from '../schema/read-model-tables.js';
import { jobFilter, type JobFilter, type JobPageBounds } from './job-filter.js';

/**
 * Jobs of one organization, newest first, and one beyond the limit where there is one: `state` is null of those that the
 * bound in bytes leaves out, and is not read, for large values are kept beside the rows.
 */
export function jobsPage(
  transaction: Transaction<ReadModelTables>,
  orgId: string,
  filter: JobFilter,
  { limit, bytes, beforeSeq }: JobPageBounds,
  nowSeconds: number,
) {
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
  return transaction
    .selectFrom(found)
    .select(sql<JobFacts | null>`case when ${soFar} <= ${bytes} or ${soFar} = state_bytes then state end`.as('state'))
    .select('created_seq')
    .orderBy('created_seq', 'desc');
}
