import { DomainRejection } from '../domain-rejection.js';
import type { AttemptState, JobFacts, JobState } from './job.state.js';

/** @throws DomainRejection `job_not_found` for an id that the stream does not hold */
export function existingJob({ job }: JobState, jobId: string): JobFacts {
  if (job?.id !== jobId) throw new DomainRejection('job_not_found', 'Job not found.');
  return job;
}

/** The attempt of that number; undefined where there was none. */
export function attemptOf({ attempts }: JobFacts, number: number): AttemptState | undefined {
  return attempts.find((attempt) => attempt.number === number);
}

/** The attempt that runs, by the events alone: its lease may have ended unnoticed. */
export function runningAttempt({ attempts }: JobFacts): AttemptState | undefined {
  return attempts.findLast(({ outcome }) => outcome === null);
}
