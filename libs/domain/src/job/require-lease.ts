import { DomainRejection } from '../domain-rejection.js';
import { runningAttempt } from './existing-job.js';
import type { AttemptState, JobFacts } from './job.state.js';

/**
 * The attempt, which runs, and its lease, too. The clock is asked as well as the events: between the end of a lease and the event
 * that says so the worker has lost it already.
 * @throws DomainRejection `lease_lost`
 */
export function requireLease(
  job: JobFacts,
  { attempt, leaseEndsAt, now }: { readonly attempt: number; readonly leaseEndsAt: number; readonly now: number },
): AttemptState {
  const running = runningAttempt(job);
  if (running?.number !== attempt || now >= leaseEndsAt) {
    throw new DomainRejection('lease_lost', 'This attempt of the job no longer holds its lease.');
  }
  return running;
}
