import fc from 'fast-check';
import { DomainRejection, jobDecider, type JobCommand, type JobEvent, type Recorded, type Usage } from '#libs/domain';
import { ADA, jobId, keyId, recorded, START } from '#libs/testing';

interface Wish {
  readonly job: number;
  readonly what: JobCommand['kind'];
  readonly usage: Usage;
  readonly millisecondsLater: number;
}

const count = fc.oneof(fc.nat({ max: 5_000 }), fc.maxSafeNat());
/** Of at most 12 digits before the point and 6 after it, in any way of writing it. */
const cost = fc.oneof(
  fc.tuple(fc.nat({ max: 999_999 }), fc.stringMatching(/^\d{1,6}$/)).map(([dollars, rest]) => `${dollars}.${rest}`),
  fc.stringMatching(/^\d{1,12}(\.\d{1,6})?$/),
);
const usage: fc.Arbitrary<Usage> = fc.record({
  ...{ input_tokens: count, output_tokens: count, embedding_tokens: count, structured_output_tokens: count },
  ...{ rag_chunks: count, cost_usd: cost },
});

const wish: fc.Arbitrary<Wish> = fc.record({
  job: fc.nat({ max: 5 }),
  what: fc.oneof(
    { weight: 3, arbitrary: fc.constant('LeaseJob' as const) },
    { weight: 2, arbitrary: fc.constantFrom('CompleteJob', 'FailAttempt') },
    {
      weight: 2,
      arbitrary: fc.constantFrom('ReportProgress', 'ExpireLease', 'RecordLateUsage', 'CancelJob', 'RetryJob'),
    },
  ),
  usage,
  // Often within a quarter of an hour, sometimes over midnight.
  millisecondsLater: fc.oneof(fc.nat({ max: 999 }), fc.nat({ max: 600_000 }), fc.nat({ max: 40_000_000 })),
});

/** For tests: what any sequence of commands makes of six jobs of two organizations, in log order. */
export const jobHistories: fc.Arbitrary<readonly Recorded<JobEvent>[]> = fc
  .array(wish, { minLength: 1, maxLength: 60 })
  .map(historyOf);

function historyOf(wishes: readonly Wish[]): readonly Recorded<JobEvent>[] {
  const states = new Map<number, typeof jobDecider.initialState>();
  const history: Recorded<JobEvent>[] = [];
  let now = START * 1_000;
  for (const { job, what, usage, millisecondsLater } of wishes) {
    now += millisecondsLater;
    const state = states.get(job) ?? jobDecider.initialState;
    const command =
      state.job === null ? submission(job, now) : commandFor(what, job, usage, state.job.attempts.length, now);
    const actor = job % 3 === 0 ? ADA : ({ type: 'api_key', id: keyId(job), name: null } as const);
    for (const event of decided(command, state)) {
      const stored = recorded(event, { at: now / 1_000, org_id: job === 5 ? 'org_b' : 'org_a', actor });
      history.push(stored);
      states.set(job, jobDecider.evolve(states.get(job) ?? state, stored));
    }
  }
  return history;
}

function submission(n: number, now: number): JobCommand {
  return {
    ...{ kind: 'SubmitJob', jobId: jobId(n), policyType: n < 3 ? 'commercial_auto' : 'cyber', metadata: {}, now },
    ...{ source: n % 3 === 0 ? 'web' : 'api', input: {}, inputSha256: 'x', priority: 5, maxAttempts: 2 },
    scheduledFor: n === 4 ? Math.floor(now / 1_000) + 3_600 : null,
  };
}

function commandFor(kind: JobCommand['kind'], n: number, usage: Usage, attempts: number, now: number): JobCommand {
  const job = { jobId: jobId(n), now };
  // A late report is often of an attempt before the last.
  const attempt = { ...job, attempt: Math.max(1, kind === 'RecordLateUsage' ? attempts - (now % 2) : attempts) };
  const live = { ...attempt, leaseEndsAt: now + 1_000 };
  switch (kind) {
    case 'SubmitJob':
      return submission(n, now);
    case 'LeaseJob':
      return { kind, ...job, attempt: attempts + 1, workerId: null, leaseSeconds: 30 };
    case 'ReportProgress':
      return { kind, ...live, percent: now % 101, message: null };
    case 'CompleteJob':
      return { kind, ...live, result: null, resultSha256: String(now), usage };
    case 'FailAttempt':
      return { kind, ...live, error: { code: 'failed', message: '' }, retryable: now % 3 > 0, usage, jitter: 0.5 };
    case 'ExpireLease':
      return { kind, ...attempt, jitter: 0.5 };
    case 'RecordLateUsage':
      return { kind, ...attempt, usage };
    case 'CancelJob':
      return { kind, ...job };
    case 'RetryJob':
      return { kind, ...job };
  }
}

/** A wish that a rule forbids comes to nothing. */
function decided(command: JobCommand, state: typeof jobDecider.initialState): readonly JobEvent[] {
  try {
    return jobDecider.decide(command, state);
  } catch (error) {
    if (error instanceof DomainRejection) return [];
    throw error;
  }
}
