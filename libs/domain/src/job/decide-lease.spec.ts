import { deciderSpec, jobId, jobLeased, jobThatIs, LATER } from '#libs/testing';
import type { LeaseJob } from './job.commands.js';
import { jobDecider } from './job.decider.js';
import type { JobLeased } from './job.events.js';

const given = deciderSpec(jobDecider);

const lease = (fields: Partial<LeaseJob> = {}): LeaseJob => ({
  ...({
    kind: 'LeaseJob',
    jobId: jobId(),
    attempt: 1,
    workerId: 'worker-1',
    leaseSeconds: 30,
    now: LATER * 1000,
  } as const),
  ...fields,
});
const leased = (fields: Partial<JobLeased['data']> = {}): JobLeased => {
  const { type, data } = jobLeased(fields);
  return { type, data };
};

it('begins the first attempt', () => given(jobThatIs.queued).when(lease()).then([leased()]));
it('begins it at the scheduled second', () => given(jobThatIs.due).when(lease()).then([leased()]));
it('names no worker that named none, and takes the longest lease', () =>
  given(jobThatIs.queued)
    .when(lease({ workerId: null, leaseSeconds: 600 }))
    .then([leased({ worker_id: null, lease_seconds: 600 })]));
it('begins the next attempt at its second', () =>
  given(jobThatIs.queuedAgain)
    .when(lease({ attempt: 2 }))
    .then([leased({ attempt: 2 })]));
it('begins the next one after a lost attempt', () =>
  given(jobThatIs.lost)
    .when(lease({ attempt: 2 }))
    .then([leased({ attempt: 2 })]));
it('begins the next one after a retry', () =>
  given(jobThatIs.retried)
    .when(lease({ attempt: 2 }))
    .then([leased({ attempt: 2 })]));

it.each(['scheduled', 'backingOff', 'processing', 'completed', 'failed', 'cancelled', 'cancelledAtWork'] as const)(
  'leaves a job that is %s to whoever was faster',
  (state) => given(jobThatIs[state]).when(lease()).then([]),
);

it.each([0, 2, 3])('begins nothing where attempt %i was claimed and the first is the next', (attempt) =>
  given(jobThatIs.queued).when(lease({ attempt })).then([]),
);

it('begins nothing for a claim that the log has left behind', () =>
  given(jobThatIs.queuedAgain)
    .when(lease({ attempt: 1 }))
    .then([]));

it('refuses a job that is not there', () => {
  given([]).when(lease()).thenRejected('job_not_found');
  given(jobThatIs.queued)
    .when(lease({ jobId: jobId(1) }))
    .thenRejected('job_not_found');
});

it.each<[Partial<LeaseJob>, string]>([
  [{ leaseSeconds: 9 }, 'lease_seconds'],
  [{ leaseSeconds: 601 }, 'lease_seconds'],
  [{ workerId: 'w'.repeat(201) }, 'worker_id'],
  [{ workerId: 'a\nb' }, 'worker_id'],
])('refuses %j', (fields, field) =>
  given(jobThatIs.queued).when(lease(fields)).thenRejected('validation_failed', [field]),
);
