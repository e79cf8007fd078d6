import { goldenEvent, shapeOf } from '#libs/testing';
import type { JobCommand } from '../job/job.commands.js';
import { jobDecider } from '../job/job.decider.js';
import type { JobEvent } from '../job/job.events.js';
import type { JobState } from '../job/job.state.js';
import { LEASE_EXPIRED } from '../job/lease-expired.js';
import { NO_USAGE } from '../job/usage.js';
import { JOB_EVENTS } from './job-event-catalogue.js';
import { parseJobEvent } from './parse-stored-event.js';

/* The golden files of jobs are three ways that one job could have gone. */
type Life = readonly JobEvent['type'][];
const COMPLETED: Life = ['job.submitted', 'job.leased', 'job.progressed', 'job.completed'];
const FAILED: Life = [
  'job.submitted',
  'job.leased',
  'job.attempt_failed',
  'job.failed',
  'job.retried',
  'job.cancelled',
];
const LOST: Life = ['job.submitted', 'job.leased', 'job.lease_expired', 'job.failed', 'job.usage_recorded'];

const START = 1_767_225_600;
const id = 'job_8Kq2LmZp4RtVwXyB6NcD1FgH';
const usage = {
  ...{ input_tokens: 1200, output_tokens: 340, embedding_tokens: 0, structured_output_tokens: 85, rag_chunks: 4 },
  cost_usd: '0.012345',
};
const failure = { code: 'ocr_timeout', message: 'The scanner did not answer.' };
const [startedAt, reportedAt] = [START * 1000 + 10_250, START * 1000 + 20_250];
const attempt = { number: 1, workerId: 'worker-1', leaseSeconds: 30, startedAt, progressReports: 0 };
const submitted = {
  ...{ id, policyType: 'commercial_auto', source: 'api', priority: 5, maxAttemptsAskedFor: 1, isBackingOff: false },
  ...{ submittedBy: { type: 'api_key', id: 'ak_2YkLm3pQrStUvWxYz012' }, metadata: { case: 'A-17' } },
  ...{ input: { vin: '1HGCM82633A004352', pages: [1, 2] }, scheduledFor: START + 5, createdAt: START },
};

const fold = (life: Life): JobState =>
  life
    .map((type) => parseJobEvent(goldenEvent(type)))
    .reduce((state, event) => jobDecider.evolve(state, event), jobDecider.initialState);

it('tells the lives of every type', () =>
  expect([...new Set([...COMPLETED, ...FAILED, ...LOST])].sort()).toEqual(Object.keys(JOB_EVENTS).sort()));

it('folds a job that was completed into the state that it meant when it was written', () =>
  expect(fold(COMPLETED)).toEqual({
    orgId: 'org_7QpR',
    job: {
      ...submitted,
      ...{ phase: 'completed', maxAttempts: 1, attemptsBeforeRetry: 0, availableAt: START + 5, error: null },
      ...{ finishedAt: START + 20, progress: { percent: 50, message: 'Read page 1 of 2' } },
      result: { premium: '1200.00', accepted: true },
      attempts: [
        {
          ...{ ...attempt, progressReports: 1, finishedAt: reportedAt, outcome: 'completed', error: null },
          report: {
            ...{ kind: 'completed', usage },
            resultSha256: 'b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c',
          },
        },
      ],
    },
  }));

it('folds a job that failed, was retried and cancelled', () =>
  expect(fold(FAILED).job).toEqual({
    ...submitted,
    ...{ phase: 'cancelled', maxAttempts: 2, attemptsBeforeRetry: 1, availableAt: START + 60, error: failure },
    ...{ finishedAt: START + 70, progress: { percent: 0, message: null }, result: null },
    attempts: [
      {
        ...{ ...attempt, finishedAt: reportedAt, outcome: 'failed', error: failure },
        report: { kind: 'failed', error: failure, retryable: true, usage },
      },
    ],
  }));

it('folds an attempt that was lost and said later what it had spent', () =>
  expect(fold(LOST).job).toMatchObject({
    ...{ phase: 'failed', error: failure, finishedAt: START + 20 },
    attempts: [
      {
        ...{ ...attempt, finishedAt: START * 1000 + 41_250, outcome: 'lease_expired', error: LEASE_EXPIRED },
        report: { kind: 'late', usage },
      },
    ],
  }));

it.each(
  [COMPLETED, FAILED, LOST].flatMap((life) =>
    life.map((type): [string, Life, JobEvent['type']] => [life.join(), life, type]),
  ),
)('the present code writes, in %s, with the fields of its golden file', (_, life, type) => {
  const stored = goldenEvent(type);
  // What follows another event of the same append is written by the command of that one.
  const isSecond = type === 'job.failed';
  const before = life.slice(0, life.indexOf(type) - (isSecond ? 1 : 0));
  const written = jobDecider.decide(commandFor(life, type, Date.parse(stored.metadata.occurred_at)), fold(before));
  const event = written[isSecond ? 1 : 0];
  expect(event?.type).toBe(type);
  expect(shapeOf(event?.data ?? null)).toEqual(shapeOf(stored.data));
});

function commandFor(life: Life, type: JobEvent['type'], now: number): JobCommand {
  const lease = { jobId: id, attempt: 1, leaseEndsAt: now + 1, now };
  switch (type) {
    case 'job.submitted':
      return {
        ...({ kind: 'SubmitJob', jobId: id, policyType: 'p', source: 'api', now } as const),
        ...{ input: { vin: 'v', pages: [1] }, inputSha256: 'h', priority: 0, maxAttempts: 1, scheduledFor: null },
        metadata: { case: 'c' },
      };
    case 'job.leased':
      return { kind: 'LeaseJob', jobId: id, attempt: 1, workerId: null, leaseSeconds: 30, now };
    case 'job.progressed':
      return { kind: 'ReportProgress', ...lease, percent: 1, message: null };
    case 'job.completed': {
      const result = { premium: '1', accepted: false };
      return { kind: 'CompleteJob', ...lease, result, resultSha256: 'h', usage: NO_USAGE };
    }
    case 'job.lease_expired':
      return { kind: 'ExpireLease', jobId: id, attempt: 1, now, jitter: 0 };
    case 'job.failed':
      if (life === LOST) return { kind: 'ExpireLease', jobId: id, attempt: 1, now, jitter: 0 };
      return { kind: 'FailAttempt', ...lease, error: failure, retryable: true, usage: NO_USAGE, jitter: 0 };
    case 'job.attempt_failed':
      return { kind: 'FailAttempt', ...lease, error: failure, retryable: true, usage: NO_USAGE, jitter: 0 };
    case 'job.cancelled':
      return { kind: 'CancelJob', jobId: id, now };
    case 'job.retried':
      return { kind: 'RetryJob', jobId: id, now };
    case 'job.usage_recorded':
      return { kind: 'RecordLateUsage', jobId: id, attempt: 1, usage, now };
  }
}
