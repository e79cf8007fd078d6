import { DomainRejection } from '../domain-rejection.js';
import { existingJob } from './existing-job.js';
import { validProgress } from './job-field-rules.js';
import type { ReportProgress } from './job.commands.js';
import type { JobEvent } from './job.events.js';
import type { AttemptState, JobState } from './job.state.js';
import { requireLease } from './require-lease.js';

/** Each is an event for ever: so many as fast as they come, then one a second. */
const REPORTS_AT_ONCE = 10_000;

/**
 * How far an attempt is; said again it is no event.
 * @throws DomainRejection `validation_failed`, `job_not_found`, `lease_lost`, `rate_limited`
 */
export function decideProgress(command: ReportProgress, state: JobState): readonly JobEvent[] {
  const { percent, message } = validProgress(command);
  const job = existingJob(state, command.jobId);
  const attempt = requireLease(job, command);
  const before = job.progress;
  if (before.percent === percent && before.message === message) return [];
  if (attempt.progressReports >= reportsUntil(command.now, attempt)) {
    throw new DomainRejection('rate_limited', 'This attempt has reported progress too often. Try again in a second.');
  }
  return [{ type: 'job.progressed', data: { job_id: job.id, attempt: command.attempt, percent, message, before } }];
}

function reportsUntil(now: number, { startedAt }: AttemptState): number {
  return REPORTS_AT_ONCE + Math.floor((now - startedAt) / 1_000);
}
