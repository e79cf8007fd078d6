import type pg from 'pg';
import { toMicroDollars } from '#libs/domain';
import { BinaryArray } from '../binary-array.js';
import { byOrganization } from '../by-organization.js';
import type { AttemptUsage } from './attempt-usage.js';
import type { UsageBucket } from './usage-buckets.js';
import { USAGE_FIGURES } from './usage-figures.js';
import type { UsageGroups, UsageJob } from './usage-job.js';

/** A job as a page left it, and as it found it: null where the page submitted it. */
export interface ChangedUsageJob {
  readonly before: UsageJob | null;
  readonly after: UsageJob;
}

export interface UsagePage {
  readonly jobs: readonly ChangedUsageJob[];
  readonly attempts: readonly AttemptUsage[];
  readonly buckets: readonly UsageBucket[];
}

/** Writes what a page changed: new jobs, known jobs, attempts and buckets with a statement each. */
export async function writeUsage(transaction: pg.ClientBase, page: UsagePage): Promise<void> {
  const jobs = byOrganization(page.jobs, ({ after }) => after.orgId);
  const attempts = byOrganization(page.attempts, ({ orgId }) => orgId);
  const buckets = byOrganization(page.buckets, ({ orgId }) => orgId);
  const made = jobs.filter(({ before }) => before === null).map(({ after }) => after);
  const known = jobs.filter(({ before }) => before !== null).map(({ after }) => after);
  if (made.length > 0) {
    const values = [...names(made), ...progress(made), ...groups(made), BinaryArray.int8(made, (job) => job.createdAt)];
    await transaction.query({ name: 'insert_usage_jobs', text: INSERT_JOBS, values });
  }
  if (known.length > 0) {
    const values = [...names(known), ...progress(known)];
    const { rowCount } = await transaction.query({ name: 'update_usage_jobs', text: UPDATE_JOBS, values });
    if (rowCount !== known.length) throw new Error(`${known.length} jobs changed, but ${rowCount} rows were there`);
  }
  if (attempts.length > 0) {
    const values = [...groups(attempts), ...ends(attempts), ...spent(attempts)];
    await transaction.query({ name: 'insert_usage_attempts', text: INSERT_ATTEMPTS, values });
  }
  if (buckets.length > 0) {
    const figures = USAGE_FIGURES.map((figure) =>
      BinaryArray.text(buckets, (bucket) => String(bucket.figures[figure])),
    );
    const values = [
      ...[BinaryArray.text(buckets, ({ orgId }) => orgId), BinaryArray.int8(buckets, ({ width }) => width)],
      BinaryArray.bool(buckets, ({ grouped }) => grouped),
      ...[BinaryArray.int8(buckets, ({ startsAt }) => startsAt), ...groups(buckets), ...figures],
    ];
    await transaction.query({ name: 'add_to_usage_buckets', text: ADD_TO_BUCKETS, values });
  }
}

function names(jobs: readonly UsageJob[]): Buffer[] {
  return [BinaryArray.text(jobs, ({ orgId }) => orgId), BinaryArray.text(jobs, ({ id }) => id)];
}

function progress(jobs: readonly UsageJob[]): Buffer[] {
  return [BinaryArray.text(jobs, ({ phase }) => phase), BinaryArray.int8(jobs, ({ dueAt }) => dueAt)];
}

/** No key is the empty text, so that it can be part of a primary key. */
function groups(rows: readonly UsageGroups[]): Buffer[] {
  return [
    BinaryArray.text(rows, ({ policyType }) => policyType),
    BinaryArray.text(rows, ({ source }) => source),
    BinaryArray.text(rows, ({ keyId }) => keyId ?? ''),
  ];
}

function ends(attempts: readonly AttemptUsage[]): Buffer[] {
  return [
    BinaryArray.text(attempts, ({ orgId }) => orgId),
    BinaryArray.text(attempts, ({ jobId }) => jobId),
    BinaryArray.int8(attempts, ({ attempt }) => attempt),
    BinaryArray.bool(attempts, ({ late }) => late),
    BinaryArray.int8(attempts, ({ at }) => at),
    BinaryArray.bool(attempts, ({ wasted }) => wasted),
  ];
}

function spent(attempts: readonly AttemptUsage[]): Buffer[] {
  return [
    BinaryArray.int8(attempts, ({ usage }) => usage.input_tokens),
    BinaryArray.int8(attempts, ({ usage }) => usage.output_tokens),
    BinaryArray.int8(attempts, ({ usage }) => usage.embedding_tokens),
    BinaryArray.int8(attempts, ({ usage }) => usage.structured_output_tokens),
    BinaryArray.int8(attempts, ({ usage }) => usage.rag_chunks),
    // Of 18 digits, which are more than a double holds.
    BinaryArray.text(attempts, ({ usage }) => String(toMicroDollars(usage.cost_usd))),
  ];
}

const INSERT_JOBS = `
  insert into usage_jobs (org_id, job_id, phase, due_at, policy_type, source, key_id, created_at)
  select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::bigint[])`;

const UPDATE_JOBS = `
  update usage_jobs as stored set phase = page.phase, due_at = page.due_at
  from unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) as page (org_id, job_id, phase, due_at)
  where stored.org_id = page.org_id and stored.job_id = page.job_id`;

const ATTEMPT = `policy_type, source, key_id, org_id, job_id, attempt, late, at, wasted,
    input_tokens, output_tokens, embedding_tokens, structured_output_tokens, rag_chunks`;

const INSERT_ATTEMPTS = `
  insert into usage_attempts (${ATTEMPT}, cost)
  select ${ATTEMPT}, cost::bigint
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::boolean[], $8::bigint[],
              $9::boolean[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::text[])
    as page (${ATTEMPT}, cost)`;

const BUCKET = 'org_id, width, grouped, starts_at, policy_type, source, key_id';

const ADD_TO_BUCKETS = `
  insert into usage_buckets as stored (${BUCKET}, ${USAGE_FIGURES.join(', ')})
  select ${BUCKET}, ${USAGE_FIGURES.map((figure) => `${figure}::numeric`).join(', ')}
  from unnest($1::text[], $2::bigint[], $3::boolean[], $4::bigint[], $5::text[], $6::text[], $7::text[],
              ${USAGE_FIGURES.map((_, n) => `$${n + 8}::text[]`).join(', ')})
    as page (${BUCKET}, ${USAGE_FIGURES.join(', ')})
  on conflict (${BUCKET}) do update
    set ${USAGE_FIGURES.map((figure) => `${figure} = stored.${figure} + excluded.${figure}`).join(',\n        ')}`;
