import { jobCancelled, jobId, jobLeased, jobSubmitted } from '#libs/testing';
import { logOf } from '../testing/log-of.js';
import { ReadModelDatabase } from '../testing/read-model-database.js';
import { endedJobs } from './ended-jobs.js';
import { JobsProjection } from './jobs.projection.js';

let database: ReadModelDatabase;
beforeAll(async () => {
  database = await ReadModelDatabase.create();
  const submitted = [1, 2, 3, 4].map((n) => jobSubmitted({ job_id: jobId(n) }));
  const log = [
    ...submitted,
    jobCancelled({ job_id: jobId(1) }),
    jobLeased({ job_id: jobId(2) }),
    jobCancelled({ job_id: jobId(4) }),
  ];
  await database.project(new JobsProjection(), logOf(log));
});
afterAll(() => database.drop());

it('finds those that have ended, of one organization, among more than a statement has parameters', async () => {
  const ids = Array.from({ length: 70_000 }, (_, n) => jobId(n + 2));
  expect(await endedJobs(database.api, 'org_a', [jobId(1), ...ids])).toEqual(new Set([jobId(1), jobId(4)]));
  expect(await endedJobs(database.api, 'org_b', [jobId(1), jobId(4)])).toEqual(new Set());
  expect(await endedJobs(database.api, 'org_a', [])).toEqual(new Set());
});
