import {
  deciderSpec,
  jobCompleted,
  jobId,
  jobLeased,
  jobThatIs,
  jobUsageRecorded,
  LATER,
  usageOf,
} from '#libs/testing';
import type { CompleteJob } from './job.commands.js';
import { jobDecider } from './job.decider.js';
import type { JobCompleted } from './job.events.js';

const given = deciderSpec(jobDecider);

const complete = (fields: Partial<CompleteJob> = {}): CompleteJob => {
  const { result, result_sha256: resultSha256 } = jobCompleted().data;
  const lease = { now: LATER * 1000, leaseEndsAt: LATER * 1000 + 1 };
  return {
    kind: 'CompleteJob',
    jobId: jobId(),
    attempt: 1,
    result,
    resultSha256,
    usage: usageOf(),
    ...lease,
    ...fields,
  };
};
const completed = (fields: Partial<JobCompleted['data']> = {}): JobCompleted => {
  const { type, data } = jobCompleted(fields);
  return { type, data };
};

it('ends the job with its result', () => given(jobThatIs.processing).when(complete()).then([completed()]));
it('keeps a cost with six places', () =>
  given(jobThatIs.processing)
    .when(complete({ usage: usageOf({ input_tokens: 5, cost_usd: '01.5' }) }))
    .then([completed({ usage: usageOf({ input_tokens: 5, cost_usd: '1.500000' }) })]));
it('takes no result for one, too', () =>
  given(jobThatIs.processing)
    .when(complete({ result: null, resultSha256: 'of null' }))
    .then([completed({ result: null, result_sha256: 'of null' })]));

it('has an equal report for made, after the end of the lease, too', () => {
  given(jobThatIs.completed).when(complete()).then([]);
  given(jobThatIs.completed)
    .when(complete({ leaseEndsAt: 0 }))
    .then([]);
  given(jobThatIs.completed)
    .when(complete({ usage: usageOf({ cost_usd: '0' }) }))
    .then([]);
});
it('refuses another report of an attempt that has reported', () => {
  given(jobThatIs.completed)
    .when(complete({ resultSha256: 'of another' }))
    .thenRejected('lease_lost');
  given(jobThatIs.completed)
    .when(complete({ usage: usageOf({ rag_chunks: 1 }) }))
    .thenRejected('lease_lost');
  given(jobThatIs.failed).when(complete()).thenRejected('lease_lost');
});
it('refuses at the end of the lease', () =>
  given(jobThatIs.processing)
    .when(complete({ leaseEndsAt: LATER * 1000 }))
    .thenRejected('lease_lost'));
it('refuses an attempt that is not the one that runs', () => {
  given(jobThatIs.processing)
    .when(complete({ attempt: 2 }))
    .thenRejected('lease_lost');
  given([...jobThatIs.lost, jobLeased({ attempt: 2 })])
    .when(complete())
    .thenRejected('lease_lost');
  given([...jobThatIs.lost, jobUsageRecorded({ usage: usageOf() })])
    .when(complete())
    .thenRejected('lease_lost');
});
it.each(['queued', 'backingOff', 'lost', 'cancelled', 'cancelledAtWork', 'retried'] as const)(
  'refuses a job that is %s',
  (state) => given(jobThatIs[state]).when(complete()).thenRejected('lease_lost'),
);
it('refuses a job that is not there', () => given([]).when(complete()).thenRejected('job_not_found'));
it('refuses usage that is none, and names every field of it', () =>
  given(jobThatIs.processing)
    .when(complete({ usage: usageOf({ input_tokens: -1, output_tokens: 0.5, cost_usd: '1e3' }) }))
    .thenRejected('validation_failed', ['usage.input_tokens', 'usage.output_tokens', 'usage.cost_usd']));
