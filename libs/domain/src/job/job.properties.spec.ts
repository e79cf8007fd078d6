import fc from 'fast-check';
import { A_FAILURE, jobId, recorded, START } from '#libs/testing';
import { DomainRejection } from '../domain-rejection.js';
import type { Recorded } from '../recorded.js';
import type { JobStatus } from './job-status-at.js';
import type { JobCommand } from './job.commands.js';
import { jobDecider } from './job.decider.js';
import type { JobEvent } from './job.events.js';
import type { JobFacts, JobState } from './job.state.js';
import { presentJob, presentJobInFull } from './present-job.js';
import type { SummedUsage } from './sum-of-usage.js';
import type { Usage } from './usage.js';

/*
 * Random commands at random times on one job, of workers that are late, wrong about their attempt and say things twice.
 */

const base = { pause: fc.nat(9_000), attempt: fc.integer({ min: 1, max: 4 }), again: fc.boolean() };
const usage = fc.record({ tokens: fc.nat(3), millionths: fc.nat(3_000_000) });
const leaseLeft = fc.integer({ min: -1, max: 3 });
const jitter = fc.double({ min: 0, max: 1, noNaN: true });
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ ...base, kind: fc.constant('LeaseJob' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ ...base, kind: fc.constant('ReportProgress' as const), percent: fc.nat(3), leaseLeft }),
  },
  { weight: 3, arbitrary: fc.record({ ...base, kind: fc.constant('CompleteJob' as const), usage, leaseLeft }) },
  {
    weight: 5,
    arbitrary: fc.record({
      ...{ ...base, kind: fc.constant('FailAttempt' as const), usage, leaseLeft, jitter },
      retryable: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ ...base, kind: fc.constant('ExpireLease' as const), jitter }) },
  { weight: 3, arbitrary: fc.record({ ...base, kind: fc.constant('RecordLateUsage' as const), usage }) },
  { weight: 3, arbitrary: fc.record({ ...base, kind: fc.constantFrom('CancelJob' as const, 'RetryJob' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;
const life = fc.record({
  maxAttempts: fc.integer({ min: 1, max: 3 }),
  scheduledFor: fc.option(fc.integer({ min: START - 5, max: START + 20 })),
  steps: fc.array(step, { maxLength: 40 }),
});
type Life = typeof life extends fc.Arbitrary<infer Value> ? Value : never;

interface Decision {
  readonly command: JobCommand;
  readonly before: JobState;
  readonly events: readonly Recorded<JobEvent>[];
  readonly after: JobState;
}

/** `next`: the attempt that a lease claims, as a reader of the log would. */
function commandOf(wish: Step, now: number, next: number): JobCommand {
  const target = { jobId: jobId(), attempt: wish.attempt, now };
  switch (wish.kind) {
    case 'LeaseJob':
      return { kind: wish.kind, jobId: jobId(), attempt: next, workerId: null, leaseSeconds: 30, now };
    case 'ReportProgress':
      return { ...target, kind: wish.kind, percent: wish.percent, message: null, leaseEndsAt: now + wish.leaseLeft };
    case 'CompleteJob': {
      const end = { result: 1, resultSha256: 'h', usage: usageIn(wish.usage), leaseEndsAt: now + wish.leaseLeft };
      return { ...target, kind: wish.kind, ...end };
    }
    case 'FailAttempt': {
      const end = { error: A_FAILURE, usage: usageIn(wish.usage), leaseEndsAt: now + wish.leaseLeft };
      return { ...target, kind: wish.kind, ...end, retryable: wish.retryable, jitter: wish.jitter };
    }
    case 'ExpireLease':
      return { ...target, kind: wish.kind, jitter: wish.jitter };
    case 'RecordLateUsage':
      return { ...target, kind: wish.kind, usage: usageIn(wish.usage) };
    case 'CancelJob':
    case 'RetryJob':
      return { kind: wish.kind, jobId: jobId(), now };
  }
}

function usageIn({ tokens, millionths }: { readonly tokens: number; readonly millionths: number }): Usage {
  const counts = { input_tokens: tokens, output_tokens: 0, embedding_tokens: 0, structured_output_tokens: 0 };
  return {
    ...counts,
    rag_chunks: 0,
    cost_usd: `${Math.floor(millionths / 1e6)}.${String(millionths % 1e6).padStart(6, '0')}`,
  };
}

/** Runs a life through decide and evolve as the command runner does; refused commands leave no decision. */
function decisionsOf({ maxAttempts, scheduledFor, steps }: Life): readonly Decision[] {
  const decisions: Decision[] = [];
  let state = jobDecider.initialState;
  let now = START * 1000;
  const run = (command: JobCommand): void => {
    try {
      const events = jobDecider.decide(command, state).map((event) => recorded(event, { at: now / 1000 }));
      const after = events.reduce((folded, event) => jobDecider.evolve(folded, event), state);
      decisions.push({ command, before: state, events, after });
      state = after;
    } catch (error) {
      if (!(error instanceof DomainRejection)) throw error;
    }
  };
  run({
    ...({ kind: 'SubmitJob', jobId: jobId(), policyType: 'p', source: 'web', input: {}, inputSha256: 'h' } as const),
    ...{ priority: 5, maxAttempts, scheduledFor, metadata: {}, now },
  });
  for (const wish of steps) {
    now += wish.pause;
    const next = (state.job?.attempts.length ?? 0) + 1;
    run(commandOf(wish, now, next));
    if (wish.again) run(commandOf(wish, now, next));
  }
  return decisions;
}

const eventsOf = (decisions: readonly Decision[]) => decisions.flatMap(({ events }) => events);
const jobsOf = (decisions: readonly Decision[]): readonly JobFacts[] =>
  decisions.flatMap(({ after }) => after.job ?? []);

it('has never two attempts that run, and one exactly while it is processing', () =>
  fc.assert(
    fc.property(life, (one) => {
      for (const { attempts, phase } of jobsOf(decisionsOf(one))) {
        const running = attempts.filter(({ outcome }) => outcome === null);
        expect(running).toHaveLength(phase === 'processing' ? 1 : 0);
        expect(running.every((attempt) => attempt === attempts.at(-1))).toBe(true);
        expect(attempts.map(({ number }) => number)).toEqual(attempts.map((_, index) => index + 1));
      }
    }),
    { numRuns: 300 },
  ));

it('has for usage the sum over its attempts, each counted once whatever is said twice', () =>
  fc.assert(
    fc.property(life, (one) => {
      const decisions = decisionsOf(one);
      const told = eventsOf(decisions).flatMap((event) =>
        event.type === 'job.completed' || event.type === 'job.attempt_failed' || event.type === 'job.usage_recorded'
          ? [event.data]
          : [],
      );
      expect(new Set(told.map(({ attempt }) => attempt)).size).toBe(told.length);
      const job = jobsOf(decisions).at(-1);
      if (job === undefined) throw new Error('no job was submitted');
      const shown = presentJobInFull(job, START);
      const millionths = ({ cost_usd }: SummedUsage) => Number(cost_usd.replace('.', ''));
      const total = (usages: readonly SummedUsage[]) => [
        usages.reduce((sum, { input_tokens }) => sum + Number(input_tokens), 0),
        usages.reduce((sum, spent) => sum + millionths(spent), 0),
      ];
      expect(total([shown.usage])).toEqual(total(told.map(({ usage: spent }) => spent)));
      expect(total([shown.usage])).toEqual(total(shown.attempt_history.map(({ usage: spent }) => spent)));
    }),
    { numRuns: 300 },
  ));

const NEXT: Readonly<Record<JobStatus, readonly JobStatus[]>> = {
  pending: ['queued', 'cancelled'],
  queued: ['processing', 'cancelled'],
  processing: ['pending', 'completed', 'failed', 'cancelled'],
  completed: [],
  failed: ['queued'],
  cancelled: ['queued'],
};

it('goes from status to status only as the contract allows, and never past its attempts', () =>
  fc.assert(
    fc.property(life, (one) => {
      for (const { before, after, command } of decisionsOf(one)) {
        if (before.job === null || after.job === null) continue;
        const at = Math.floor(command.now / 1000);
        const [was, is] = [presentJob(before.job, at), presentJob(after.job, at)];
        if (was.status !== is.status) expect(NEXT[was.status]).toContain(is.status);
        expect(is.attempts).toBeLessThanOrEqual(is.max_attempts);
        expect(is.finished_at === null).toBe(!['completed', 'failed', 'cancelled'].includes(is.status));
        expect(is.next_attempt_at === null || (is.status === 'pending' && is.next_attempt_at > at)).toBe(true);
        if (is.status === 'completed') expect([is.error, is.result]).toEqual([null, 1]);
      }
    }),
    { numRuns: 300 },
  ));

it('answers whatever is said again with nothing to do, or refuses it', () =>
  fc.assert(
    fc.property(life, (one) => {
      for (const { command, after } of decisionsOf(one)) {
        if (command.kind === 'SubmitJob' || command.kind === 'RetryJob') continue;
        expect(jobDecider.decide(command, after)).toEqual([]);
      }
    }),
    { numRuns: 300 },
  ));
