import {
  A_FAILURE,
  deciderSpec,
  jobAttemptFailed,
  jobFailed,
  jobId,
  jobLeased,
  jobLeaseExpired,
  jobRetried,
  jobSubmitted,
  jobThatIs,
  LATER,
  usageOf,
} from '#libs/testing';
import type { Recorded } from '../recorded.js';
import type { ExpireLease, FailAttempt } from './job.commands.js';
import { jobDecider } from './job.decider.js';
import type { JobEvent } from './job.events.js';
import { LEASE_EXPIRED } from './lease-expired.js';

const given = deciderSpec(jobDecider);
/** In the middle: no jitter at all. */
const EVEN = 0.5;

const fail = (fields: Partial<FailAttempt> = {}): FailAttempt => ({
  ...({ kind: 'FailAttempt', jobId: jobId(), attempt: 1, error: A_FAILURE, retryable: true, jitter: EVEN } as const),
  ...{ usage: usageOf(), now: LATER * 1000 + 900, leaseEndsAt: LATER * 1000 + 901 },
  ...fields,
});
const expire = (fields: Partial<ExpireLease> = {}): ExpireLease => ({
  ...({ kind: 'ExpireLease', jobId: jobId(), attempt: 1, jitter: EVEN, now: LATER * 1000 + 900 } as const),
  ...fields,
});
const plain = ({ type, data }: JobEvent): JobEvent => ({ type, data }) as JobEvent;
const attemptFailed = (data: Parameters<typeof jobAttemptFailed>[0]) => plain(jobAttemptFailed(data));
const failed = (data: Parameters<typeof jobFailed>[0]) => plain(jobFailed(data));
const expired = (data: Parameters<typeof jobLeaseExpired>[0]) => plain(jobLeaseExpired(data));

/** So many attempts that failed, and one more that runs. */
function attempts(failures: number, maxAttempts = 25): readonly Recorded<JobEvent>[] {
  const past = Array.from({ length: failures }, (_, index) => [
    jobLeased({ attempt: index + 1 }),
    jobAttemptFailed({ attempt: index + 1, next_attempt_at: 1 }),
  ]);
  return [jobSubmitted({ max_attempts: maxAttempts }), ...past.flat(), jobLeased({ attempt: failures + 1 })];
}

it('puts the next attempt off', () =>
  given(jobThatIs.processing)
    .when(fail({ usage: usageOf({ input_tokens: 9, cost_usd: '2' }) }))
    .then([attemptFailed({ usage: usageOf({ input_tokens: 9, cost_usd: '2.000000' }), next_attempt_at: LATER + 5 })]));

it.each([
  [1, 5],
  [2, 10],
  [3, 20],
  [4, 40],
  [10, 2560],
  [11, 3600],
  [24, 3600],
])('puts it off after attempt %i by %i s', (attempt, pause) => {
  given(attempts(attempt - 1))
    .when(fail({ attempt }))
    .then([attemptFailed({ attempt, next_attempt_at: LATER + pause })]);
  given(attempts(attempt - 1))
    .when(expire({ attempt }))
    .then([expired({ attempt, next_attempt_at: LATER + pause })]);
});
it.each([
  [0, 4],
  [0.25, 5],
  [1, 6],
])('spreads it by chance: %d', (jitter, pause) =>
  given(jobThatIs.processing)
    .when(fail({ jitter }))
    .then([attemptFailed({ next_attempt_at: LATER + pause })]),
);
it('counts the pauses anew after a retry', () => {
  const history = [...attempts(2, 3), jobAttemptFailed({ attempt: 3 }), jobFailed({ attempt: 3 }), jobRetried()];
  given([...history, jobLeased({ attempt: 4 })])
    .when(fail({ attempt: 4 }))
    .then([attemptFailed({ attempt: 4, next_attempt_at: LATER + 5 })]);
});

it('fails the job with its last attempt', () => {
  given(attempts(2, 3))
    .when(fail({ attempt: 3 }))
    .then([attemptFailed({ attempt: 3 }), failed({ attempt: 3 })]);
  given(attempts(2, 3))
    .when(expire({ attempt: 3 }))
    .then([expired({ attempt: 3 }), failed({ attempt: 3, error: LEASE_EXPIRED })]);
});
it('fails the job with an attempt that is not to be repeated', () =>
  given(jobThatIs.processing)
    .when(fail({ retryable: false }))
    .then([attemptFailed({ retryable: false }), failed({})]));

it('has an equal report for made, after the end of the lease and after the next attempt began, too', () => {
  given(jobThatIs.backingOff).when(fail()).then([]);
  given(jobThatIs.backingOff)
    .when(fail({ leaseEndsAt: 0, jitter: 1 }))
    .then([]);
  given([...jobThatIs.queuedAgain, jobLeased({ attempt: 2 })])
    .when(fail())
    .then([]);
  given(jobThatIs.failed)
    .when(fail({ retryable: false }))
    .then([]);
});
it.each<[string, Partial<FailAttempt>]>([
  ['code', { error: { ...A_FAILURE, code: 'other' } }],
  ['message', { error: { ...A_FAILURE, message: 'other' } }],
  ['finality', { retryable: false }],
  ['usage', { usage: usageOf({ output_tokens: 1 }) }],
])('refuses a report of an attempt that has made one with another %s', (_, fields) =>
  given(jobThatIs.backingOff).when(fail(fields)).thenRejected('lease_lost'),
);

it('refuses at the end of the lease', () =>
  given(jobThatIs.processing)
    .when(fail({ leaseEndsAt: LATER * 1000 + 900 }))
    .thenRejected('lease_lost'));
it.each(['queued', 'lost', 'completed', 'cancelled', 'cancelledAtWork'] as const)('refuses a job that is %s', (state) =>
  given(jobThatIs[state]).when(fail()).thenRejected('lease_lost'),
);
it('refuses a job that is not there', () => {
  given([]).when(fail()).thenRejected('job_not_found');
  given([]).when(expire()).thenRejected('job_not_found');
});
it.each<[Partial<FailAttempt>, string]>([
  [{ error: { code: 'c'.repeat(201), message: '' } }, 'error.code'],
  [{ error: { code: 'a\nb', message: '' } }, 'error.code'],
  [{ error: { code: 'c', message: 'm'.repeat(2001) } }, 'error.message'],
  [{ usage: usageOf({ embedding_tokens: 2 ** 53 }) }, 'usage.embedding_tokens'],
])('refuses %j', (fields, field) =>
  given(jobThatIs.processing).when(fail(fields)).thenRejected('validation_failed', [field]),
);

it.each(['queued', 'backingOff', 'lost', 'completed', 'failed', 'cancelled', 'cancelledAtWork', 'retried'] as const)(
  'finds no lease to expire of a job that is %s',
  (state) => given(jobThatIs[state]).when(expire()).then([]),
);
it('expires no lease but that of the attempt that runs', () =>
  given([...jobThatIs.queuedAgain, jobLeased({ attempt: 2 })])
    .when(expire())
    .then([]));
