import { deciderSpec, jobId, jobLeased, jobThatIs, jobUsageRecorded, LATER, usageOf } from '#libs/testing';
import type { RecordLateUsage } from './job.commands.js';
import { jobDecider } from './job.decider.js';
import type { JobUsageRecorded } from './job.events.js';

const given = deciderSpec(jobDecider);
const usage = usageOf({ input_tokens: 7, cost_usd: '0.000007' });

const late = (fields: Partial<RecordLateUsage> = {}): RecordLateUsage => ({
  ...({ kind: 'RecordLateUsage', jobId: jobId(), attempt: 1, usage, now: LATER * 1000 } as const),
  ...fields,
});
const recordedUsage = (): JobUsageRecorded => {
  const { type, data } = jobUsageRecorded();
  return { type, data };
};

it.each(['lost', 'cancelledAtWork'] as const)('records what an attempt spent whose job is %s', (state) =>
  given(jobThatIs[state]).when(late()).then([recordedUsage()]),
);
it('records it while the next attempt runs', () =>
  given([...jobThatIs.lost, jobLeased({ attempt: 2 })])
    .when(late())
    .then([recordedUsage()]));
it('records it once', () => {
  const history = [...jobThatIs.lost, jobUsageRecorded()];
  given(history).when(late()).then([]);
  given(history)
    .when(late({ usage: usageOf({ input_tokens: 8 }) }))
    .then([]);
});
it.each(['queued', 'processing', 'backingOff', 'completed', 'failed'] as const)(
  'records nothing of a job that is %s, whose attempt runs or has reported',
  (state) => given(jobThatIs[state]).when(late()).then([]),
);
it('records nothing of an attempt that never was, and nothing spent', () => {
  given(jobThatIs.lost)
    .when(late({ attempt: 2 }))
    .then([]);
  given(jobThatIs.lost)
    .when(late({ usage: usageOf({ cost_usd: '0' }) }))
    .then([]);
});
it('refuses a job that is not there, and usage that is none', () => {
  given([]).when(late()).thenRejected('job_not_found');
  given(jobThatIs.lost)
    .when(late({ usage: usageOf({ cost_usd: '-1' }) }))
    .thenRejected('validation_failed', ['usage.cost_usd']);
});
