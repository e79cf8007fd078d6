import {
  A_FAILURE,
  jobCompleted,
  jobLeased,
  jobProgressed,
  jobSubmitted,
  jobThatIs,
  jobUsageRecorded,
  LATER,
  START,
  usageOf,
} from '#libs/testing';
import type { Recorded } from '../recorded.js';
import { jobDecider } from './job.decider.js';
import type { JobEvent } from './job.events.js';
import type { JobFacts } from './job.state.js';
import { LEASE_EXPIRED } from './lease-expired.js';
import { presentJob, presentJobInFull } from './present-job.js';

function job(...events: readonly Recorded<JobEvent>[]): JobFacts {
  const state = events.reduce((folded, event) => jobDecider.evolve(folded, event), jobDecider.initialState);
  if (state.job === null) throw new Error('there is no such job');
  return state.job;
}

it('shows a job as the contract does, in its order', () => {
  const spent = usageOf({ input_tokens: 7, cost_usd: '0.100000' });
  const history = [
    jobSubmitted({ source: 'api', scheduled_for: START + 1, metadata: { case: 'A' } }, { actor: KEY }),
    jobLeased({}, { at: START + 2 }),
    jobProgressed({ message: 'Half' }, { at: START + 3 }),
    jobCompleted({ usage: spent }, { at: START + 4.125 }),
  ];
  expect(Object.entries(presentJob(job(...history), LATER))).toEqual([
    ['id', 'job_AbCdEfGhIjKlMnOpQrSt0000'],
    ['status', 'completed'],
    ['policy_type', 'commercial_auto'],
    ['source', 'api'],
    ['priority', 5],
    ['attempts', 1],
    ['max_attempts', 3],
    ['progress', { percent: 50, message: 'Half' }],
    ['created_at', START],
    ['scheduled_for', START + 1],
    ['next_attempt_at', null],
    ['started_at', START + 2],
    ['finished_at', START + 4],
    ['duration_ms', 2125],
    ['result', { ok: true }],
    ['error', null],
    ['metadata', { case: 'A' }],
    ['key_id', KEY.id],
    ['submitted_by', { type: 'api_key', id: KEY.id }],
    ['usage', spent],
  ]);
  expect(presentJobInFull(job(...history), LATER).attempt_history).toEqual([
    {
      ...{ attempt: 1, worker_id: 'worker-1', started_at: START + 2, finished_at: START + 4, outcome: 'completed' },
      ...{ error: null, usage: spent, duration_ms: 2125 },
    },
  ]);
});

const KEY = { type: 'api_key', id: 'ak_caller', name: 'CI' } as const;

it('names no key where a person submitted it', () =>
  expect(presentJob(job(...jobThatIs.queued), LATER)).toMatchObject({
    ...{ source: 'web', key_id: null, submitted_by: { type: 'user', id: 'user_ada' } },
    ...{ started_at: null, duration_ms: null, finished_at: null },
  }));

it.each([
  ['queued', 'queued', null],
  ['scheduled', 'pending', null],
  ['due', 'queued', null],
  ['processing', 'processing', null],
  ['backingOff', 'pending', LATER + 1],
  ['queuedAgain', 'queued', null],
  ['completed', 'completed', null],
  ['failed', 'failed', null],
  ['cancelled', 'cancelled', null],
  ['retried', 'queued', null],
] as const)('shows a job that is %s as %s', (state, status, next_attempt_at) =>
  expect(presentJob(job(...jobThatIs[state]), LATER)).toMatchObject({ status, next_attempt_at }),
);
it('reaches a scheduled time and the end of a back-off at their second', () => {
  for (const state of [jobThatIs.scheduled, jobThatIs.backingOff]) {
    expect(presentJob(job(...state), LATER + 1)).toMatchObject({ status: 'queued', next_attempt_at: null });
  }
});

it('sums attempts that ended, late usage included, and never resets', () => {
  const spent = (cost_usd: string) => usageOf({ rag_chunks: 1, cost_usd });
  const history = [
    ...[jobSubmitted(), jobLeased({}, { at: START }), ...jobThatIs.lost.slice(2)],
    jobLeased({ attempt: 2 }, { at: START + 10 }),
    jobUsageRecorded({ usage: spent('0.100000') }, { at: START + 11 }),
    jobCompleted({ attempt: 2, usage: spent('0.200000') }, { at: START + 12.5 }),
  ];
  const shown = presentJobInFull(job(...history), LATER);
  expect(shown).toMatchObject({
    ...{ usage: { rag_chunks: 2, cost_usd: '0.300000' }, duration_ms: 2500, error: null, started_at: START },
    attempt_history: [
      { outcome: 'lease_expired', error: LEASE_EXPIRED, usage: { cost_usd: '0.100000' } },
      { outcome: 'completed', error: null, usage: { cost_usd: '0.200000' } },
    ],
  });
  expect(presentJob(job(...history.slice(0, 4)), LATER)).toMatchObject({ duration_ms: 0, usage: { rag_chunks: 0 } });
});

it('keeps the error of a job that is tried again, and no end', () =>
  expect(presentJob(job(...jobThatIs.retried), LATER)).toMatchObject({
    ...{ error: A_FAILURE, attempts: 1, max_attempts: 6, finished_at: null },
  }));

it('shows the input to nobody', () =>
  expect(JSON.stringify(presentJobInFull(job(...jobThatIs.completed), LATER))).not.toMatch(/input"|vin|sha256/));
