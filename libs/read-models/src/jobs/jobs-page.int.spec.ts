import { sql } from 'kysely';
import pg from 'pg';
import { inOrganization } from '#libs/postgres';
import { jobCancelled, jobId, jobLeased, jobSubmitted, keyId, START } from '#libs/testing';
import { logOf } from '../testing/log-of.js';
import { ReadModelDatabase } from '../testing/read-model-database.js';
import type { JobFilter } from './job-filter.js';
import { JobsProjection } from './jobs.projection.js';
import { jobsPage } from './jobs-page.js';

const JOBS = 8_000;
/** Far fewer than there are in all, and enough for the index and a page of jobs. */
const MOST_BLOCKS = 100;

let database: ReadModelDatabase;
beforeAll(async () => {
  database = await ReadModelDatabase.create();
  // The few are the oldest, where a walk from the newest on comes last.
  const of = (n: number, data = {}, actor = keyId(7)) =>
    jobSubmitted({ job_id: jobId(n), source: 'api', ...data }, { actor: { type: 'api_key', id: actor, name: null } });
  const log = logOf([
    ...[of(0, {}, keyId(1)), of(1, { policy_type: 'rare' }), of(2), of(3), of(4, { scheduled_for: START + 3_600 })],
    jobCancelled({ job_id: jobId(2) }),
    jobLeased({ job_id: jobId(3) }),
    ...Array.from({ length: JOBS }, (_, n) => of(n + 5)),
    ...Array.from({ length: JOBS }, (_, n) => jobLeased({ job_id: jobId(n + 5) })),
  ]);
  await database.project(new JobsProjection(), log);
  await asOwner(`update read_models.jobs set phase = 'completed' where created_seq > 7`);
  await asOwner(`vacuum analyze`);
});
afterAll(() => database.drop());

async function asOwner(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(statement);
  await client.end();
}

const ANY: JobFilter = {
  ...{ statuses: null, policyType: null, source: null, keyId: null, createdAfter: null, createdBefore: null },
};

it.each<[string, Partial<JobFilter>, number]>([
  ['any', {}, 50],
  ['a key with few', { keyId: keyId(1) }, 1],
  ['a key with many', { keyId: keyId(7) }, 50],
  ['a key with none', { keyId: 'ak_none' }, 0],
  ['a policy type with few', { policyType: 'rare' }, 1],
  ['cancelled ones', { statuses: ['cancelled'] }, 1],
  ['those that went wrong', { statuses: ['failed', 'cancelled'] }, 1],
  ['what is in work', { statuses: ['processing'] }, 1],
  ['what waits for a worker', { statuses: ['queued'] }, 2],
  ['what waits for its time', { statuses: ['pending'] }, 1],
  ['what is open', { statuses: ['pending', 'queued', 'processing'] }, 4],
  ['what is done', { statuses: ['completed'] }, 50],
])('finds %s without walking over all', async (_, filter, found) => {
  const bounds = { limit: 49, bytes: 4_194_304, beforeSeq: null };
  const [rows, plan] = await inOrganization(database.api, 'org_a', async (transaction) => {
    const page = jobsPage(transaction, 'org_a', { ...ANY, ...filter }, bounds, START);
    return [await page.execute(), await page.explain('json', sql`analyze, buffers`)];
  });
  expect(rows).toHaveLength(found);
  expect(blocksOf(plan)).toBeLessThan(MOST_BLOCKS);
});

it('would notice a walk over all', async () => {
  const bounds = { limit: 49, bytes: 4_194_304, beforeSeq: null };
  const plan = await inOrganization(database.api, 'org_a', (transaction) =>
    jobsPage(transaction, 'org_a', { ...ANY, source: 'web' }, bounds, START).explain('json', sql`analyze, buffers`),
  );
  expect(blocksOf(plan)).toBeGreaterThan(MOST_BLOCKS);
});

interface ExplainRow {
  readonly 'QUERY PLAN': readonly [
    { readonly Plan: { readonly 'Shared Hit Blocks': number; readonly 'Shared Read Blocks': number } },
  ];
}

/** Blocks of tables and indexes that the query looked into. */
function blocksOf(plan: unknown): number {
  const [{ Plan: top }] = (plan as readonly [ExplainRow])[0]['QUERY PLAN'];
  return top['Shared Hit Blocks'] + top['Shared Read Blocks'];
}
