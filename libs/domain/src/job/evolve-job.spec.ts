import {
  jobAttemptFailed,
  jobCancelled,
  jobCompleted,
  jobFailed,
  jobId,
  jobLeased,
  jobLeaseExpired,
  jobProgressed,
  jobRetried,
  jobSubmitted,
  jobThatIs,
  jobUsageRecorded,
  START,
} from '#libs/testing';
import type { Recorded } from '../recorded.js';
import { MalformedEvent } from '../stored/malformed-event.js';
import { jobDecider } from './job.decider.js';
import type { JobEvent } from './job.events.js';
import type { JobState } from './job.state.js';

const fold = (...events: readonly Recorded<JobEvent>[]): JobState =>
  events.reduce((state, event) => jobDecider.evolve(state, event), jobDecider.initialState);

it('begins with a job of the organization that the metadata names', () =>
  expect(fold(jobSubmitted({ scheduled_for: START + 9 }, { at: START + 0.999 }))).toEqual({
    orgId: 'org_a',
    job: {
      ...{ id: jobId(), phase: 'waiting', policyType: 'commercial_auto', source: 'web', input: { vin: '1' } },
      ...{ submittedBy: { type: 'user', id: 'user_ada' }, priority: 5, maxAttempts: 3, maxAttemptsAskedFor: 3 },
      ...{ attemptsBeforeRetry: 0, metadata: {}, scheduledFor: START + 9, availableAt: START + 9, isBackingOff: false },
      ...{ createdAt: START, finishedAt: null, progress: { percent: 0, message: null }, result: null, error: null },
      attempts: [],
    },
  }));

it('makes no job older by a time that is over', () =>
  expect(fold(jobSubmitted({ scheduled_for: 5 })).job).toMatchObject({ scheduledFor: 5, availableAt: START }));

it('begins an attempt to the millisecond, its progress anew', () =>
  expect(
    fold(
      ...[jobSubmitted(), jobLeased(), jobProgressed(), jobAttemptFailed({ next_attempt_at: START + 5 })],
      jobLeased({ attempt: 2, worker_id: null, lease_seconds: 60 }, { at: START + 7.25 }),
    ).job,
  ).toMatchObject({
    ...{ phase: 'processing', isBackingOff: false, progress: { percent: 0, message: null } },
    attempts: [
      { number: 1, outcome: 'failed' },
      {
        ...{ number: 2, workerId: null, leaseSeconds: 60, startedAt: START * 1000 + 7250, finishedAt: null },
        ...{ outcome: null, error: null, report: null },
      },
    ],
  }));

it('lets a job work until it is said to have failed', () =>
  expect(fold(jobSubmitted(), jobLeased(), jobAttemptFailed()).job).toMatchObject({
    phase: 'processing',
    finishedAt: null,
  }));

it('forgets the error with a result, and keeps it on a cancellation', () => {
  const again = [...jobThatIs.queuedAgain, jobLeased({ attempt: 2 })];
  expect(fold(...again).job?.error).toMatchObject({ code: 'ocr_timeout' });
  expect(fold(...again, jobCompleted({ attempt: 2 })).job?.error).toBeNull();
  expect(fold(...again, jobCancelled({ attempt: 2 })).job?.error).toMatchObject({ code: 'ocr_timeout' });
});

it.each<[string, readonly Recorded<JobEvent>[]]>([
  ['a second submission', [jobSubmitted(), jobSubmitted()]],
  ['anything before the submission', [jobLeased()]],
  ['an event of another job', [jobSubmitted(), jobLeased({ job_id: jobId(1) })]],
  ['a second attempt beside the first', [...jobThatIs.processing, jobLeased({ attempt: 2 })]],
  ['an attempt with a number of its own', [jobSubmitted(), jobLeased({ attempt: 2 })]],
  ['an attempt at a finished job', [...jobThatIs.failed, jobLeased({ attempt: 2 })]],
  ['progress of an attempt that does not run', [...jobThatIs.lost, jobProgressed()]],
  ['a result of an attempt that does not run', [...jobThatIs.lost, jobCompleted()]],
  ['a failure of an attempt that does not run', [...jobThatIs.completed, jobAttemptFailed()]],
  ['the loss of an attempt that does not run', [...jobThatIs.completed, jobLeaseExpired()]],
  ['a failed job whose attempt still runs', [...jobThatIs.processing, jobFailed()]],
  ['a failed job that waits', [...jobThatIs.backingOff, jobFailed()]],
  ['a job that failed twice', [...jobThatIs.failed, jobFailed()]],
  ['a cancellation beside the attempt that runs', [...jobThatIs.processing, jobCancelled()]],
  ['a cancellation of another attempt', [...jobThatIs.processing, jobCancelled({ attempt: 2 })]],
  ['a cancellation of a finished job', [...jobThatIs.completed, jobCancelled()]],
  ['a retry of a job that waits', [jobSubmitted(), jobRetried()]],
  ['a retry of a job that is completed', [...jobThatIs.completed, jobRetried()]],
  ['late usage of an attempt that runs', [...jobThatIs.processing, jobUsageRecorded()]],
  ['late usage of one that has reported', [...jobThatIs.completed, jobUsageRecorded()]],
  ['late usage twice', [...jobThatIs.lost, jobUsageRecorded(), jobUsageRecorded()]],
  ['late usage of no attempt', [...jobThatIs.lost, jobUsageRecorded({ attempt: 2 })]],
  ['a time that is none', [{ ...jobSubmitted(), metadata: { ...jobSubmitted().metadata, occurred_at: 'yesterday' } }]],
])('throws on %s instead of folding it', (_, events) => expect(() => fold(...events)).toThrow(MalformedEvent));
