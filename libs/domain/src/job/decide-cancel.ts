import { DomainRejection } from '../domain-rejection.js';
import { toSeconds } from '../seconds.js';
import { existingJob, runningAttempt } from './existing-job.js';
import { jobStatusAt } from './job-status-at.js';
import type { CancelJob } from './job.commands.js';
import type { JobEvent } from './job.events.js';
import type { JobState } from './job.state.js';

/** Ends a job, and the attempt that runs; again is "already so". @throws DomainRejection `job_not_found`, `job_finished` */
export function decideCancel({ jobId, now }: CancelJob, state: JobState): readonly JobEvent[] {
  const job = existingJob(state, jobId);
  const status_before = jobStatusAt(job, toSeconds(now));
  if (status_before === 'cancelled') return [];
  if (status_before === 'completed' || status_before === 'failed') {
    throw new DomainRejection('job_finished', `Job is ${status_before}.`);
  }
  const attempt = runningAttempt(job)?.number ?? null;
  return [{ type: 'job.cancelled', data: { job_id: job.id, attempt, status_before } }];
}
