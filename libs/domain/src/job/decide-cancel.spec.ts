import { deciderSpec, jobCancelled, jobId, jobThatIs, LATER } from '#libs/testing';
import { jobDecider } from './job.decider.js';
import type { CancelJob } from './job.commands.js';
import type { JobCancelled } from './job.events.js';

const given = deciderSpec(jobDecider);
const cancel: CancelJob = { kind: 'CancelJob', jobId: jobId(), now: LATER * 1000 };
const cancelled = (fields: Partial<JobCancelled['data']>): JobCancelled => {
  const { type, data } = jobCancelled(fields);
  return { type, data };
};

it.each([
  ['queued', 'queued', null],
  ['scheduled', 'pending', null],
  ['due', 'queued', null],
  ['processing', 'processing', 1],
  ['backingOff', 'pending', null],
  ['queuedAgain', 'queued', null],
  ['lost', 'queued', null],
  ['retried', 'queued', null],
] as const)('cancels a job that is %s', (state, status_before, attempt) =>
  given(jobThatIs[state])
    .when(cancel)
    .then([cancelled({ status_before, attempt })]),
);
it.each(['cancelled', 'cancelledAtWork'] as const)('has a job for cancelled that is %s', (state) =>
  given(jobThatIs[state]).when(cancel).then([]),
);
it.each(['completed', 'failed'] as const)('refuses a job that is %s', (state) =>
  given(jobThatIs[state]).when(cancel).thenRejected('job_finished'),
);
it('refuses a job that is not there', () => given([]).when(cancel).thenRejected('job_not_found'));
