import { existingJob } from './existing-job.js';
import { validProgress } from './job-field-rules.js';
import type { ReportProgress } from './job.commands.js';
import type { JobEvent } from './job.events.js';
import type { JobState } from './job.state.js';
import { requireLease } from './require-lease.js';

/** How far an attempt is; said again it is no event. @throws DomainRejection `validation_failed`, `job_not_found`, `lease_lost` */
export function decideProgress(command: ReportProgress, state: JobState): readonly JobEvent[] {
  const { percent, message } = validProgress(command);
  const job = existingJob(state, command.jobId);
  requireLease(job, command);
  const before = job.progress;
  if (before.percent === percent && before.message === message) return [];
  return [{ type: 'job.progressed', data: { job_id: job.id, attempt: command.attempt, percent, message, before } }];
}
