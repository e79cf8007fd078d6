import { sql, type RawBuilder } from 'kysely';
import type { JobSource, JobStatus } from '#libs/domain';

/** Which jobs of a list are asked for; null: whichever. */
export interface JobFilter {
  readonly statuses: readonly JobStatus[] | null;
  readonly policyType: string | null;
  readonly source: JobSource | null;
  readonly keyId: string | null;
  /** Unix seconds, inclusive. */
  readonly createdAfter: number | null;
  /** Unix seconds, exclusive. */
  readonly createdBefore: number | null;
}

export interface JobPageBounds {
  readonly limit: number;
  /** Of the jobs as they are kept. One that is larger by itself is a page of its own. */
  readonly bytes: number;
  /** Null: from the newest. */
  readonly beforeSeq: number | null;
}

/** As a condition on `jobs`, at that second: whether a job that waits is pending or queued is a matter of the clock. */
export function jobFilter(filter: JobFilter, nowSeconds: number): RawBuilder<boolean> {
  const conditions = [
    filter.statuses === null ? null : anyOf(filter.statuses.map((status) => statusCondition(status, nowSeconds))),
    filter.policyType === null ? null : sql<boolean>`jobs.policy_type = ${filter.policyType}`,
    filter.source === null ? null : sql<boolean>`jobs.source = ${filter.source}`,
    filter.keyId === null ? null : sql<boolean>`jobs.key_id = ${filter.keyId}`,
    filter.createdAfter === null ? null : sql<boolean>`jobs.created_at >= ${filter.createdAfter}`,
    filter.createdBefore === null ? null : sql<boolean>`jobs.created_at < ${filter.createdBefore}`,
  ].filter((condition) => condition !== null);
  return conditions.length === 0 ? sql<boolean>`true` : sql<boolean>`${sql.join(conditions, sql` and `)}`;
}

function statusCondition(status: JobStatus, nowSeconds: number): RawBuilder<boolean> {
  switch (status) {
    case 'pending':
      return waiting(sql<boolean>`jobs.available_at > ${nowSeconds}`);
    case 'queued':
      return waiting(sql<boolean>`jobs.available_at <= ${nowSeconds}`);
    case 'processing':
    case 'completed':
    case 'failed':
    case 'cancelled':
      return sql<boolean>`jobs.phase = ${status}`;
  }
}

/** Either way of waiting by itself, for each has an index of its own. */
function waiting(due: RawBuilder<boolean>): RawBuilder<boolean> {
  return anyOf([
    sql<boolean>`(jobs.phase = 'waiting' and not jobs.deferred and ${due})`,
    sql<boolean>`(jobs.phase = 'waiting' and jobs.deferred and ${due})`,
  ]);
}

function anyOf(conditions: readonly RawBuilder<boolean>[]): RawBuilder<boolean> {
  return conditions.length === 0 ? sql<boolean>`false` : sql<boolean>`(${sql.join(conditions, sql` or `)})`;
}
