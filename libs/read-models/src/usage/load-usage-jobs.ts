import type pg from 'pg';
import type { JobPhase } from '#libs/domain';
import { BinaryArray } from '../binary-array.js';
import type { UsageJob } from './usage-job.js';

interface UsageJobRow {
  readonly org_id: string;
  readonly job_id: string;
  readonly created_at: string;
  readonly policy_type: string;
  readonly source: string;
  readonly key_id: string;
  readonly phase: JobPhase;
  readonly due_at: string | null;
}

/** The jobs as the page before left them, all with one query, by their ids; those without a row are not among them. */
export async function loadUsageJobs(
  transaction: pg.ClientBase,
  names: readonly { readonly orgId: string; readonly id: string }[],
): Promise<ReadonlyMap<string, UsageJob>> {
  const { rows } = await transaction.query<UsageJobRow>({
    name: 'load_usage_jobs',
    text: `select job.org_id, job.job_id, created_at, policy_type, source, key_id, phase, due_at
           from unnest($1::text[], $2::text[]) as wanted (org_id, job_id)
           join usage_jobs job on job.org_id = wanted.org_id and job.job_id = wanted.job_id`,
    values: [BinaryArray.text(names, ({ orgId }) => orgId), BinaryArray.text(names, ({ id }) => id)],
  });
  return new Map(rows.map((row) => [row.job_id, usageJob(row)]));
}

function usageJob(row: UsageJobRow): UsageJob {
  return {
    orgId: row.org_id,
    id: row.job_id,
    createdAt: Number(row.created_at),
    policyType: row.policy_type,
    source: row.source,
    keyId: row.key_id === '' ? null : row.key_id,
    phase: row.phase,
    dueAt: row.due_at === null ? null : Number(row.due_at),
  };
}
