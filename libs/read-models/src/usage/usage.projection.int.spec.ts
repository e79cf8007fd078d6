import fc from 'fast-check';
import pg from 'pg';
import {
  exactInteger,
  fromMicroDollars,
  jobDecider,
  jobStatusAt,
  presentJob,
  sumOfUsage,
  usageOf as spentBy,
  toMicroDollars,
  toSeconds,
  type JobEvent,
  type JobState,
  type Recorded,
} from '#libs/domain';
import {
  jobCancelled,
  jobCompleted,
  jobId,
  jobLeased,
  jobLeaseExpired,
  jobSubmitted,
  jobUsageRecorded,
  START,
  usageOf,
} from '#libs/testing';
import { jobHistories } from '../testing/job-histories.js';
import { logOf } from '../testing/log-of.js';
import { ReadModelDatabase } from '../testing/read-model-database.js';
import { bucketStarts, GRANULARITIES } from './bucket-starts.js';
import { readUsage } from './read-usage.js';
import { sumOfFigures, type UsageFigures } from './usage-figures.js';
import type { UsageAnswer, UsageQuestion } from './usage-question.js';
import { UsageProjection } from './usage.projection.js';

const TABLES = ['usage_jobs', 'usage_attempts', 'usage_buckets'];
const EVER: UsageQuestion = {
  ...{ from: 0, to: (START + 10 ** 9) * 1_000, granularity: 'month', timeZone: 'UTC' },
  ...{ byPolicyType: false, byKey: false, keyId: null },
};
let database: ReadModelDatabase;
let owner: pg.Client;

beforeAll(async () => {
  database = await ReadModelDatabase.create();
  owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
});
beforeEach(() => database.forget());
afterAll(async () => {
  await owner.end();
  await database.drop();
});

async function answerTo(question: UsageQuestion, orgId: string, now: number): Promise<UsageAnswer> {
  const answer = await readUsage(database.api, orgId, question, { now, limit: 100_000 });
  if (answer === null) throw new Error('the answer has too many rows');
  return answer;
}

async function totals(question: Partial<UsageQuestion> = {}, orgId = 'org_a'): Promise<UsageFigures> {
  const { rows } = await answerTo({ ...EVER, ...question }, orgId, 0);
  return sumOfFigures(rows.map(({ figures }) => figures));
}

const SPENT = usageOf({ input_tokens: 10, output_tokens: 5, rag_chunks: 2, cost_usd: '0.000100' });

it('counts what an attempt spent when it ended, and what it says too late as wasted when it says so', async () => {
  await database.project(
    new UsageProjection(),
    logOf([
      jobSubmitted(),
      jobLeased({}, { at: START + 1 }),
      jobLeaseExpired({ next_attempt_at: START + 40 }, { at: START + 31 }),
      jobLeased({ attempt: 2 }, { at: START + 40 }),
      jobUsageRecorded({ usage: SPENT }, { at: START + 50 }),
      jobCompleted({ attempt: 2, usage: SPENT }, { at: START + 60.5 }),
    ]),
  );
  const until = (seconds: number) => totals({ to: (START + seconds) * 1_000 });
  expect(await until(31)).toMatchObject({ completed: 1n, attempts: 0n });
  expect(await until(32)).toMatchObject({ attempts: 1n, input_tokens: 0n, wasted_tokens: 0n });
  expect(await until(51)).toMatchObject({ attempts: 1n, input_tokens: 10n, wasted_tokens: 15n, wasted_cost: 100n });
  // To the millisecond.
  expect(await until(60.5)).toMatchObject({ attempts: 1n });
  expect(await until(60.501)).toMatchObject({ attempts: 2n, cost: 200n, rag_chunks: 4n, wasted_cost: 100n });
});

it('counts an attempt that was cancelled', async () => {
  const events = [jobSubmitted(), jobLeased(), jobCancelled({ attempt: 1, status_before: 'processing' })];
  await database.project(new UsageProjection(), logOf(events));
  expect(await totals()).toMatchObject({ cancelled: 1n, processing: 0n, attempts: 1n });
});

it('tells jobs that wait for their time from those that are due', async () => {
  const scheduled = (n: number, scheduled_for: number) => jobSubmitted({ job_id: jobId(n), scheduled_for });
  await database.project(
    new UsageProjection(),
    logOf([jobSubmitted(), scheduled(1, START + 60), scheduled(2, START - 60)]),
  );
  for (const [seconds, pending] of [
    [59, 1n],
    [60, 0n],
  ] as const) {
    expect(await answerTo(EVER, 'org_a', (START + seconds) * 1_000)).toMatchObject({ pending });
  }
  expect(await totals()).toMatchObject({ waiting: 3n });
});

it('stops at an event of a job that it does not know, and at one of another organization in its stream', async () => {
  const malformed = { code: 'malformed_event' };
  await expect(database.project(new UsageProjection(), logOf([jobLeased()]))).rejects.toMatchObject(malformed);
  for (const cuts of [[], [1]]) {
    await database.forget();
    const log = logOf([jobSubmitted(), jobLeased({}, { org_id: 'org_b' })]);
    await expect(database.project(new UsageProjection(), log, cuts)).rejects.toMatchObject(malformed);
  }
});

it('gives no part of an answer', async () => {
  const jobs = ['auto', 'cyber', 'home'].map((policy_type, n) => jobSubmitted({ job_id: jobId(n), policy_type }));
  await database.project(new UsageProjection(), logOf(jobs));
  const question = { ...EVER, byPolicyType: true };
  const rows = async (limit: number) =>
    (await readUsage(database.api, 'org_a', question, { now: 0, limit }))?.rows.length;
  expect([await rows(1), await rows(2)]).toEqual([undefined, 3]);
  // Twelve hours on.
  const later = [...jobs, jobSubmitted({ job_id: jobId(9) }, { at: START + 43_200 })];
  await database.project(new UsageProjection(), logOf(later));
  const hours = { ...EVER, granularity: 'hour' } as const;
  expect(await readUsage(database.api, 'org_a', hours, { now: 0, limit: 11 })).toBeNull();
});

it('keeps sums that no 64 bits hold', async () => {
  const most = usageOf({ input_tokens: Number.MAX_SAFE_INTEGER, cost_usd: '999999999999.999999' });
  const jobs = Array.from({ length: 1_100 }, (_, n) => [
    ...[jobSubmitted({ job_id: jobId(n) }), jobLeased({ job_id: jobId(n) })],
    jobCompleted({ job_id: jobId(n), usage: most }),
  ]);
  await database.project(new UsageProjection(), logOf(jobs.flat()));
  expect(await totals()).toMatchObject({
    input_tokens: 1_100n * BigInt(Number.MAX_SAFE_INTEGER),
    cost: 1_100n * 999_999_999_999_999_999n,
  });
});

interface Fact {
  readonly at: number;
  readonly groups: readonly [policyType: string, source: string, keyId: string | null];
  readonly figures: Partial<UsageFigures>;
}

/** What the events say, found by the domain's own fold: the attempts of the jobs as they are in the end. */
function factsOf(history: readonly Recorded<JobEvent>[]): { facts: readonly Fact[]; states: readonly JobState[] } {
  const states = new Map<string, JobState>();
  const facts: Fact[] = [];
  for (const event of history) {
    const before = states.get(event.data.job_id) ?? jobDecider.initialState;
    const after = jobDecider.evolve(before, event);
    states.set(event.data.job_id, after);
    after.job?.attempts.forEach((attempt, n) => {
      const known = before.job?.attempts[n];
      const ended = attempt.outcome !== null && known?.outcome === null;
      const usage = known?.report === null ? (attempt.report?.usage ?? null) : null;
      const wasted = attempt.outcome !== 'completed';
      if (!ended && usage === null) return;
      const [input, output] = [BigInt(usage?.input_tokens ?? 0), BigInt(usage?.output_tokens ?? 0)];
      const cost = toMicroDollars(usage?.cost_usd ?? '0');
      facts.push({
        at: Date.parse(event.metadata.occurred_at),
        groups: groupsOf(after),
        figures: {
          ...{ attempts: ended ? 1n : 0n, input_tokens: input, output_tokens: output, cost },
          embedding_tokens: BigInt(usage?.embedding_tokens ?? 0),
          structured_output_tokens: BigInt(usage?.structured_output_tokens ?? 0),
          rag_chunks: BigInt(usage?.rag_chunks ?? 0),
          ...(wasted ? { wasted_tokens: input + output, wasted_cost: cost } : {}),
        },
      });
    });
  }
  const submissions = history.flatMap((event) => {
    const state = states.get(event.data.job_id);
    if (event.type !== 'job.submitted' || state?.job == null) return [];
    return [
      { at: Date.parse(event.metadata.occurred_at), groups: groupsOf(state), figures: { [state.job.phase]: 1n } },
    ];
  });
  return { facts: [...facts, ...submissions], states: [...states.values()] };
}

function groupsOf({ job }: JobState): Fact['groups'] {
  if (job === null) throw new Error('a history without a job');
  return [job.policyType, job.source, presentJob(job, 0).key_id];
}

function naively(
  facts: readonly Fact[],
  { from, to, keyId, ...question }: UsageQuestion,
): Record<string, UsageFigures> {
  const { granularity, timeZone, byPolicyType, byKey } = question;
  const starts = bucketStarts(timeZone, granularity, START - 900, START + 90 * 86_400);
  const sums: Record<string, UsageFigures> = {};
  for (const { at, groups, figures } of facts) {
    const [type, source, key] = groups;
    if (at < from || at >= to || (keyId !== null && key !== keyId)) continue;
    const bucket = starts.findLast((start) => start * 1_000 <= at);
    const name = JSON.stringify([bucket, byPolicyType ? type : null, source, byKey ? key : null]);
    sums[name] = sumOfFigures([sums[name] ?? {}, figures]);
  }
  const hasSomething = (sum: UsageFigures): boolean => Object.values(sum).some((figure: bigint) => figure !== 0n);
  return Object.fromEntries(Object.entries(sums).filter(([, sum]) => hasSomething(sum)));
}

async function asked(question: UsageQuestion, orgId: string, now: number): Promise<Record<string, UsageFigures>> {
  const { rows } = await answerTo(question, orgId, now);
  return Object.fromEntries(
    rows.map((row) => [JSON.stringify([row.bucketAt, row.policyType, row.source, row.keyId]), row.figures]),
  );
}

const ZONES = ['UTC', 'Europe/Berlin', 'Pacific/Auckland', 'Asia/Kathmandu', 'America/St_Johns', 'Australia/Lord_Howe'];
const WITHIN_MS = 20 * 86_400_000;
const moment = fc.oneof(
  fc.nat({ max: WITHIN_MS }).map((later) => START * 1_000 + later),
  fc.nat({ max: WITHIN_MS / 900_000 }).map((quarters) => (Math.floor(START / 900) + quarters) * 900_000),
);
const question: fc.Arbitrary<UsageQuestion> = fc
  .record({
    ...{ one: moment, other: moment, granularity: fc.constantFrom(...GRANULARITIES) },
    timeZone: fc.constantFrom(...ZONES),
    ...{ byPolicyType: fc.boolean(), byKey: fc.boolean() },
    keyId: fc.constantFrom(null, null, null, 'ak_AbCdEfGh123456780001'),
  })
  .map(({ one, other, ...rest }) => ({ ...rest, from: Math.min(one, other), to: Math.max(one, other) + 1 }));

it('tells all quarters of an hour of five days apart, with and without buckets of six hours', async () => {
  const starts = Array.from({ length: 5 * 96 }, (_, n) => (Math.ceil(START / 900) + n) * 900);
  const jobs = starts
    .flatMap((start) => [start, start + 899])
    .map((at, n) => jobSubmitted({ job_id: jobId(n), policy_type: `type_${n % 3}` }, { at }));
  await database.project(new UsageProjection(), logOf(jobs));
  const { facts } = factsOf(jobs);
  const part = { from: START * 1_000 + 10 ** 8, to: START * 1_000 + 3 * 10 ** 8 };
  const questions = ZONES.flatMap((timeZone) =>
    GRANULARITIES.flatMap((granularity) => [
      { ...EVER, timeZone, granularity, byPolicyType: true },
      { ...EVER, timeZone, granularity, ...part },
    ]),
  );
  const expectAllTold = async (): Promise<void> => {
    for (const each of questions) expect(await asked(each, 'org_a', 0)).toEqual(naively(facts, each));
  };
  await expectAllTold();
  // As the version before left the tables, which serve until they are rebuilt.
  const left = await owner.query('delete from read_models_usage_1.usage_buckets where width = 21600');
  expect(left.rowCount).toBeGreaterThan(0);
  await expectAllTold();
});

const cutsOf = fc.array(fc.nat({ max: 60 }), { maxLength: 6 });

it('answers about any period what the events say, in whatever pages they came, and again from zero', async () => {
  await fc.assert(
    fc.asyncProperty(jobHistories, cutsOf, fc.array(question, { maxLength: 8 }), async (history, cuts, questions) => {
      const log = logOf(history);
      await database.forget();
      const inside = cuts.filter((cut) => cut < log.length);
      await database.project(new UsageProjection(), log, inside);
      const incremental = await database.rows(TABLES);
      const last = Date.parse(history.at(-1)?.metadata.occurred_at ?? '');
      for (const orgId of ['org_a', 'org_b']) {
        const { facts, states } = factsOf(history.filter(({ metadata }) => metadata.org_id === orgId));
        for (const each of [...questions, EVER]) expect(await asked(each, orgId, last)).toEqual(naively(facts, each));
        const { cost, input_tokens, attempts, waiting } = await totals({}, orgId);
        const jobs = states.flatMap(({ job }) => (job === null ? [] : [job]));
        const own = sumOfUsage(jobs.flatMap((job) => job.attempts.map((attempt) => spentBy(attempt))));
        expect([fromMicroDollars(cost), exactInteger(input_tokens)]).toEqual([own.cost_usd, own.input_tokens]);
        expect(Number(attempts)).toBe(jobs.flatMap((job) => job.attempts.filter(({ outcome }) => outcome)).length);
        const { pending } = await answerTo(EVER, orgId, last);
        const statuses = jobs.map((job) => jobStatusAt(job, toSeconds(last)));
        expect(Number(pending)).toBe(statuses.filter((status) => status === 'pending').length);
        expect(Number(waiting - pending)).toBe(statuses.filter((status) => status === 'queued').length);
      }
      await database.forget();
      await database.project(new UsageProjection(), log);
      expect(await database.rows(TABLES)).toEqual(incremental);
    }),
    { numRuns: 25 },
  );
});
