import { DomainRejection } from '../domain-rejection.js';
import { toSeconds } from '../seconds.js';
import { existingJob } from './existing-job.js';
import { jobStatusAt } from './job-status-at.js';
import type { RetryJob } from './job.commands.js';
import type { JobEvent } from './job.events.js';
import type { JobState } from './job.state.js';

/**
 * A job that failed or was cancelled begins anew, at once, with as many attempts more as were first asked for.
 * @throws DomainRejection `job_not_found`, `job_not_retryable`
 */
export function decideRetry({ jobId, now }: RetryJob, state: JobState): readonly JobEvent[] {
  const job = existingJob(state, jobId);
  const status_before = jobStatusAt(job, toSeconds(now));
  if (status_before !== 'failed' && status_before !== 'cancelled') {
    throw new DomainRejection('job_not_retryable', `Job is ${status_before}, not failed or cancelled.`);
  }
  const max_attempts_before = job.maxAttempts;
  const max_attempts = max_attempts_before + job.maxAttemptsAskedFor;
  return [{ type: 'job.retried', data: { job_id: job.id, max_attempts, max_attempts_before, status_before } }];
}
