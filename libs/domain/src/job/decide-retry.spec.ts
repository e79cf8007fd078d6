import { deciderSpec, jobCancelled, jobId, jobRetried, jobThatIs, LATER } from '#libs/testing';
import type { RetryJob } from './job.commands.js';
import { jobDecider } from './job.decider.js';
import type { JobRetried } from './job.events.js';

const given = deciderSpec(jobDecider);
const retry: RetryJob = { kind: 'RetryJob', jobId: jobId(), now: LATER * 1000 };
const retried = (fields: Partial<JobRetried['data']>): JobRetried => {
  const { type, data } = jobRetried(fields);
  return { type, data };
};

it('tries a failed job again, with as many attempts more as were first asked for', () =>
  given(jobThatIs.failed)
    .when(retry)
    .then([retried({})]));
it.each(['cancelled', 'cancelledAtWork'] as const)('tries a job again that is %s', (state) =>
  given(jobThatIs[state])
    .when(retry)
    .then([retried({ status_before: 'cancelled' })]),
);
it('raises them each time', () =>
  given([...jobThatIs.retried, jobCancelled()])
    .when(retry)
    .then([retried({ status_before: 'cancelled', max_attempts_before: 6, max_attempts: 9 })]));

it.each(['queued', 'scheduled', 'processing', 'backingOff', 'completed', 'retried'] as const)(
  'refuses a job that is %s',
  (state) => given(jobThatIs[state]).when(retry).thenRejected('job_not_retryable'),
);
it('refuses a job that is not there', () => given([]).when(retry).thenRejected('job_not_found'));
