import { attemptOf, existingJob } from './existing-job.js';
import type { RecordLateUsage } from './job.commands.js';
import type { JobEvent } from './job.events.js';
import type { JobState } from './job.state.js';
import { normaliseUsage } from './normalise-usage.js';
import { isSameUsage } from './sum-of-usage.js';
import { NO_USAGE } from './usage.js';

/**
 * What an attempt that was cancelled or lost its lease says it has spent, once: no event where it has reported already,
 * where it still runs, or where it spent nothing.
 * @throws DomainRejection `validation_failed`, `job_not_found`
 */
export function decideLateUsage(command: RecordLateUsage, state: JobState): readonly JobEvent[] {
  const usage = normaliseUsage(command.usage);
  const job = existingJob(state, command.jobId);
  const attempt = attemptOf(job, command.attempt);
  const isOwed = attempt !== undefined && attempt.outcome !== null && attempt.report === null;
  if (!isOwed || isSameUsage(usage, NO_USAGE)) return [];
  return [{ type: 'job.usage_recorded', data: { job_id: job.id, attempt: attempt.number, usage } }];
}
