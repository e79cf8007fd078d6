import type pg from 'pg';
import type { JobFacts } from '#libs/domain';
import { BinaryArray } from '../binary-array.js';
import type { ProjectedJob } from './load-jobs.js';

/** A job as a page left it. */
export interface ChangedJob extends ProjectedJob {
  /** Submitted by this page: it has no row yet. */
  readonly isNew: boolean;
}

/** Writes each job as the page left it, new ones and known ones with a statement each (see `writeKeys`). */
export async function writeJobs(transaction: pg.ClientBase, jobs: readonly ChangedJob[]): Promise<void> {
  const made = jobs.filter(({ isNew }) => isNew);
  const known = jobs.filter(({ isNew }) => !isNew);
  if (made.length > 0) {
    await transaction.query({ name: 'insert_jobs', text: INSERT_JOBS, values: [...columns(made), ...origins(made)] });
  }
  if (known.length > 0) {
    const { rowCount } = await transaction.query({ name: 'update_jobs', text: UPDATE_JOBS, values: columns(known) });
    if (rowCount !== known.length) throw new Error(`${known.length} jobs changed, but ${rowCount} rows were there`);
  }
}

/** What identifies a job and what can change of it. */
function columns(jobs: readonly ChangedJob[]): Buffer[] {
  const states = jobs.map(({ job }) => JSON.stringify({ ...job, input: null }));
  return [
    BinaryArray.text(jobs, ({ orgId }) => orgId),
    BinaryArray.text(jobs, ({ job }) => job.id),
    BinaryArray.text(jobs, ({ job }) => job.phase),
    BinaryArray.int8(jobs, ({ job }) => job.availableAt),
    BinaryArray.int8(jobs, ({ job }) => job.attempts.length),
    BinaryArray.int8(jobs, ({ job }) => job.attempts.at(-1)?.leaseSeconds ?? null),
    BinaryArray.text(states, (state) => state),
    BinaryArray.int8(states, (state) => Buffer.byteLength(state)),
    BinaryArray.int8(jobs, ({ job }) => (isDeferred(job) ? 1 : 0)),
  ];
}

/** Whether it began to wait for a time rather than for a worker. */
function isDeferred({ isBackingOff, attempts, availableAt, createdAt }: JobFacts): boolean {
  return isBackingOff || (attempts.length === 0 && availableAt > createdAt);
}

/** What a job was submitted as never changes. */
function origins(jobs: readonly ChangedJob[]): Buffer[] {
  return [
    BinaryArray.int8(jobs, ({ createdSeq }) => createdSeq),
    BinaryArray.int8(jobs, ({ job }) => job.createdAt),
    BinaryArray.int8(jobs, ({ job }) => job.priority),
    BinaryArray.text(jobs, ({ job }) => job.policyType),
    BinaryArray.text(jobs, ({ job }) => job.source),
    BinaryArray.text(jobs, ({ job }) => (job.submittedBy.type === 'api_key' ? job.submittedBy.id : null)),
  ];
}

const PAGE =
  '$1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::bigint[], $9::bigint[]';

const INSERT_JOBS = `
  insert into jobs
    (org_id, id, phase, available_at, attempts, lease_seconds, state, state_bytes, deferred,
     created_seq, created_at, priority, policy_type, source, key_id)
  select org_id, id, phase, available_at, attempts, lease_seconds, state::json, state_bytes, deferred = 1,
         created_seq, created_at, priority, policy_type, source, key_id
  from unnest(${PAGE}, $10::bigint[], $11::bigint[], $12::bigint[], $13::text[], $14::text[], $15::text[]) as page
    (org_id, id, phase, available_at, attempts, lease_seconds, state, state_bytes, deferred,
     created_seq, created_at, priority, policy_type, source, key_id)`;

const UPDATE_JOBS = `
  update jobs as stored set
    phase = page.phase,
    available_at = page.available_at,
    attempts = page.attempts,
    lease_seconds = page.lease_seconds,
    state = page.state::json,
    state_bytes = page.state_bytes,
    deferred = page.deferred = 1
  from unnest(${PAGE}) as page (org_id, id, phase, available_at, attempts, lease_seconds, state, state_bytes, deferred)
  where stored.org_id = page.org_id and stored.id = page.id`;
