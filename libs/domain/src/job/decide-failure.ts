import { nextAttemptAt } from './back-off.js';
import { attemptOf, existingJob, runningAttempt } from './existing-job.js';
import { validError } from './job-field-rules.js';
import type { ExpireLease, FailAttempt } from './job.commands.js';
import type { JobError, JobEvent } from './job.events.js';
import type { AttemptReport, JobFacts, JobState } from './job.state.js';
import { LEASE_EXPIRED } from './lease-expired.js';
import { normaliseUsage } from './normalise-usage.js';
import { requireLease } from './require-lease.js';
import { isSameUsage } from './sum-of-usage.js';
import type { Usage } from './usage.js';

/**
 * The attempt failed, and with it the job where no other follows. The same report again is "already so".
 * @throws DomainRejection `validation_failed`, `job_not_found`, `lease_lost`
 */
export function decideFailure(command: FailAttempt, state: JobState): readonly JobEvent[] {
  const { attempt, retryable, now, jitter } = command;
  const error = validError(command.error);
  const usage = normaliseUsage(command.usage);
  const job = existingJob(state, command.jobId);
  if (isSameFailure(attemptOf(job, attempt)?.report ?? null, { error, retryable, usage })) return [];
  requireLease(job, command);
  const next_attempt_at = retryable ? nextAttemptAt(job, now, jitter) : null;
  return [
    { type: 'job.attempt_failed', data: { job_id: job.id, attempt, error, retryable, usage, next_attempt_at } },
    ...endWithout(next_attempt_at, job, attempt, error),
  ];
}

/** As an attempt that failed and may be tried again; of one that does not run no event. @throws DomainRejection `job_not_found` */
export function decideExpiry({ jobId, attempt, now, jitter }: ExpireLease, state: JobState): readonly JobEvent[] {
  const job = existingJob(state, jobId);
  if (runningAttempt(job)?.number !== attempt) return [];
  const next_attempt_at = nextAttemptAt(job, now, jitter);
  return [
    { type: 'job.lease_expired', data: { job_id: job.id, attempt, next_attempt_at } },
    ...endWithout(next_attempt_at, job, attempt, LEASE_EXPIRED),
  ];
}

function endWithout(next: number | null, job: JobFacts, attempt: number, error: JobError): readonly JobEvent[] {
  return next === null ? [{ type: 'job.failed', data: { job_id: job.id, attempt, error } }] : [];
}

interface Failure {
  readonly error: JobError;
  readonly retryable: boolean;
  readonly usage: Usage;
}

function isSameFailure(report: AttemptReport | null, { error, retryable, usage }: Failure): boolean {
  return (
    report?.kind === 'failed' &&
    report.retryable === retryable &&
    report.error.code === error.code &&
    report.error.message === error.message &&
    isSameUsage(report.usage, usage)
  );
}
