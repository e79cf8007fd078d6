import type { JobFacts } from '#libs/domain';
import type { LeasedAttempt } from './lease-tokens.js';

/** The next attempt of a job that is due, as its own node knows it before the read model does. */
export interface DueJob extends LeasedAttempt {
  readonly policyType: string;
  readonly priority: number;
}

/** Null where no worker may lease the job now; `now` in Unix milliseconds. */
export function dueJob(orgId: string, job: JobFacts, now: number): DueJob | null {
  if (job.phase !== 'waiting' || job.availableAt * 1_000 > now) return null;
  const { policyType, priority } = job;
  return { orgId, jobId: job.id, attempt: job.attempts.length + 1, policyType, priority };
}
