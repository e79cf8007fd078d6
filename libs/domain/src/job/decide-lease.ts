import { toSeconds } from '../seconds.js';
import { existingJob } from './existing-job.js';
import { validLeaseSeconds, validWorkerId } from './job-field-rules.js';
import { jobStatusAt } from './job-status-at.js';
import type { LeaseJob } from './job.commands.js';
import type { JobEvent } from './job.events.js';
import type { JobState } from './job.state.js';

/**
 * Begins the attempt that was claimed, of a job that is queued now and has come no further. Of any other it is no event: somebody was faster, and whoever
 * hands out work goes on to the next job.
 * @throws DomainRejection `validation_failed`, `job_not_found`
 */
export function decideLease(command: LeaseJob, state: JobState): readonly JobEvent[] {
  const workerId = validWorkerId(command.workerId);
  const leaseSeconds = validLeaseSeconds(command.leaseSeconds);
  const job = existingJob(state, command.jobId);
  const attempt = job.attempts.length + 1;
  if (command.attempt !== attempt || jobStatusAt(job, toSeconds(command.now)) !== 'queued') return [];
  return [{ type: 'job.leased', data: { job_id: job.id, attempt, worker_id: workerId, lease_seconds: leaseSeconds } }];
}
