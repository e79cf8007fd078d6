import { attemptOf, existingJob } from './existing-job.js';
import type { CompleteJob } from './job.commands.js';
import type { JobEvent } from './job.events.js';
import type { JobState } from './job.state.js';
import { normaliseUsage } from './normalise-usage.js';
import { requireLease } from './require-lease.js';
import { isSameUsage } from './sum-of-usage.js';

/**
 * The attempt's result. The same report again is "already so", after the lease's end too: it was answered so.
 * @throws DomainRejection `validation_failed`, `job_not_found`, `lease_lost`
 */
export function decideComplete(command: CompleteJob, state: JobState): readonly JobEvent[] {
  const { attempt, result, resultSha256 } = command;
  const usage = normaliseUsage(command.usage);
  const job = existingJob(state, command.jobId);
  const report = attemptOf(job, attempt)?.report;
  if (report?.kind === 'completed' && report.resultSha256 === resultSha256 && isSameUsage(report.usage, usage))
    return [];
  requireLease(job, command);
  return [{ type: 'job.completed', data: { job_id: job.id, attempt, result, result_sha256: resultSha256, usage } }];
}
