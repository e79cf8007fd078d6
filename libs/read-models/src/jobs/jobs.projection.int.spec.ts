import fc from 'fast-check';
import { jobDecider, jobStatusAt, parseJobEvent, type JobFacts, type JobState, type JobStatus } from '#libs/domain';
import type { StoredEvent } from '#libs/event-store';
import { jobId, jobSubmitted, START } from '#libs/testing';
import { expectSameRows } from '../testing/expect-same-rows.js';
import { jobHistories } from '../testing/job-histories.js';
import { logOf } from '../testing/log-of.js';
import { ReadModelDatabase } from '../testing/read-model-database.js';
import { getJob } from './get-job.js';
import { JobsProjection } from './jobs.projection.js';
import { listJobSteps } from './list-job-steps.js';
import { listJobs } from './list-jobs.js';

let database: ReadModelDatabase;
beforeAll(async () => {
  database = await ReadModelDatabase.create();
});
beforeEach(() => database.forget());
afterAll(() => database.drop());

interface FoldedJob {
  readonly orgId: string;
  readonly job: JobFacts;
}

/** The jobs of a log by the domain's fold alone, newest first, without their inputs. */
function folded(log: readonly StoredEvent[]): readonly FoldedJob[] {
  const jobs = new Map<string, JobState>();
  for (const event of log) {
    jobs.set(event.stream, jobDecider.evolve(jobs.get(event.stream) ?? jobDecider.initialState, parseJobEvent(event)));
  }
  return [...jobs.values()]
    .flatMap(({ orgId, job }) => (orgId === null || job === null ? [] : { orgId, job: { ...job, input: null } }))
    .reverse();
}

const EVERYTHING = {
  ...{ statuses: null, policyType: null, source: null, keyId: null, createdAfter: null, createdBefore: null },
};
const ALL = { limit: 100, bytes: 1_048_576, beforeSeq: null };
const list = async (orgId: string, filter: Partial<Parameters<typeof listJobs>[2]> = {}, now = START) =>
  (await listJobs(database.api, orgId, { ...EVERYTHING, ...filter }, ALL, now)).jobs;

it('keeps every job as the fold leaves it, its steps, and gives the same rows in whatever pages', async () => {
  await fc.assert(
    fc.asyncProperty(jobHistories, fc.array(fc.nat({ max: 80 }), { maxLength: 5 }), async (history, cuts) => {
      const log = logOf(history);
      const pages = { log, cuts: cuts.filter((cut) => cut < log.length) };
      await expectSameRows(database, ['jobs', 'job_steps'], {
        ...{ ...pages, inPages: new JobsProjection(), whole: new JobsProjection() },
      });
      for (const orgId of ['org_a', 'org_b']) {
        const expected = folded(log).filter((job) => job.orgId === orgId);
        expect((await list(orgId)).map(({ job }) => job)).toEqual(expected.map(({ job }) => job));
        for (const { job } of expected) {
          expect(await getJob(database.api, orgId, job.id)).toEqual(job);
          expect(await getJob(database.api, 'org_c', job.id)).toBeNull();
          const steps = await listJobSteps(database.api, orgId, job.id, { limit: 100, afterRevision: -1 });
          const events = log.filter(({ stream }) => stream === `job-${job.id.slice('job_'.length)}`);
          expect(steps.map(({ revision }) => revision)).toEqual(events.map(({ revision }) => revision));
        }
      }
    }),
    { numRuns: 15 },
  );
});

it('finds by status what the domain says is of it, at any second', async () => {
  const statuses: readonly JobStatus[] = ['pending', 'queued', 'processing', 'completed', 'failed', 'cancelled'];
  await fc.assert(
    fc.asyncProperty(jobHistories, fc.nat({ max: 100_000 }), async (history, later) => {
      await database.forget();
      const log = logOf(history);
      await database.project(new JobsProjection(), log);
      const jobs = folded(log).filter(({ orgId }) => orgId === 'org_a');
      for (const status of statuses) {
        const expected = jobs.filter(({ job }) => jobStatusAt(job, START + later) === status);
        const found = await list('org_a', { statuses: [status] }, START + later);
        expect(found.map(({ job }) => job.id)).toEqual(expected.map(({ job }) => job.id));
      }
      const bySource = await list('org_a', { source: 'api', statuses: ['queued', 'completed'] }, START + later);
      expect(bySource.every(({ job }) => job.source === 'api')).toBe(true);
    }),
    { numRuns: 15 },
  );
});

it('bounds a page by what its jobs weigh, and goes on behind it until all were listed once', async () => {
  const weights = fc.array(fc.nat({ max: 600 }), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(
      weights,
      fc.integer({ min: 1, max: 4_000 }),
      fc.integer({ min: 1, max: 9 }),
      async (all, ...bounds) => {
        await database.forget();
        const log = logOf(
          all.map((weight, n) => jobSubmitted({ job_id: jobId(n), metadata: { text: '\u00e9'.repeat(weight) } })),
        );
        await database.project(new JobsProjection(), log);
        const [bytes, limit] = bounds;
        const weightOf = (job: JobFacts): number => Buffer.byteLength(JSON.stringify(job));
        const listed: JobFacts[] = [];
        for (let beforeSeq: number | null = null; ;) {
          const page = await listJobs(database.api, 'org_a', EVERYTHING, { limit, bytes, beforeSeq }, START);
          const weight = page.jobs.reduce((sum, { job }) => sum + weightOf(job), 0);
          expect(page.jobs.length).toBeLessThanOrEqual(limit);
          if (page.jobs.length !== 1) expect(weight).toBeLessThanOrEqual(bytes);
          listed.push(...page.jobs.map(({ job }) => job));
          const next = folded(log)[listed.length];
          expect(page.more).toBe(next !== undefined);
          if (next === undefined) break;
          if (page.jobs.length < limit) expect(weight + weightOf(next.job)).toBeGreaterThan(bytes);
          beforeSeq = page.jobs.at(-1)?.createdSeq ?? null;
        }
        expect(listed).toEqual(folded(log).map(({ job }) => job));
      },
    ),
    { numRuns: 15 },
  );
});

it('never keeps the input', async () => {
  const [history] = fc.sample(jobHistories, { numRuns: 1, seed: 7 });
  await database.project(new JobsProjection(), logOf(history ?? []));
  const rows = await database.rows(['jobs']);
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.every((row) => row.includes('""input"":null') || row.includes('"input":null'))).toBe(true);
});
