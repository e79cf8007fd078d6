import {
  aDenial,
  jobAttemptFailed,
  jobCompleted,
  jobFailed,
  jobId,
  jobLeased,
  jobLeaseExpired,
  jobProgressed,
  jobSubmitted,
  jobUsageRecorded,
  policyTypeCreated,
  START,
} from '#libs/testing';
import { listLogEvents } from '../log/list-log-events.js';
import { streamLogEvents } from '../log/stream-log-events.js';
import { logOf } from '../testing/log-of.js';
import { ReadModelDatabase } from '../testing/read-model-database.js';
import type { AuditFilter } from './audit-filter.js';
import { AuditLogProjection } from './audit-log.projection.js';
import { listActivity } from './list-activity.js';
import { listAuditActors } from './list-audit-actors.js';
import { readAuditPage } from './read-audit-page.js';
import { streamAuditEntries } from './stream-audit-entries.js';

const TABLES = ['audit_entries', 'audit_actors'];
const ALL: AuditFilter = {
  ...{ startMs: null, endMs: null, groups: [], types: [], targetTypes: [], targetIds: [], actorIds: [], search: null },
};
const WORKER = { type: 'worker', id: 'worker-7', name: 'Pool' } as const;
const other = { job_id: jobId(1) };
const LOG = logOf([
  policyTypeCreated(),
  jobSubmitted({ input: { secret: 'S3CRET-INPUT' } }, { at: START + 1 }),
  jobLeased({}, { at: START + 2, actor: WORKER }),
  jobProgressed({ message: 'Ada' }, { at: START + 3, actor: WORKER }),
  jobSubmitted(other, { at: START + 4 }),
  jobCompleted({ result: 'S3CRET-RESULT' }, { at: START + 5 }),
  jobLeased(other, { at: START + 6, org_id: 'org_b' }),
  jobLeased(other, { at: START + 6, actor: WORKER }),
  jobLeaseExpired({ ...other, next_attempt_at: 1 }, { at: START + 7, actor: WORKER }),
  jobUsageRecorded(other, { at: START + 8, actor: WORKER }),
  jobLeased({ ...other, attempt: 2 }, { at: START + 9, actor: WORKER }),
  jobAttemptFailed({ ...other, attempt: 2 }, { at: START + 10, actor: WORKER }),
  jobFailed({ ...other, attempt: 2 }, { at: START + 10 }),
  aDenial({}, { at: START + 11 }),
]);
/** By their numbers: policy type, two submissions, completed, failed, denied. */
const ENTRIES = [13, 12, 6, 5, 2, 1];
let database: ReadModelDatabase;

beforeAll(async () => {
  database = await ReadModelDatabase.create();
});
afterEach(() => database.forget());
afterAll(() => database.drop());

async function found(filter: Partial<AuditFilter>, page = {}) {
  const whole = { limit: 50, beforeSeq: null, offset: 0 };
  const { entries, ...count } = await readAuditPage(
    database.api,
    'org_a',
    { ...ALL, ...filter },
    { ...whole, ...page },
  );
  return { seqs: entries.map(({ seq }) => seq), ...count };
}

it.each(LOG.map((_, cut) => cut))(
  'gives the same rows when a page ends after %i events, and on a second run',
  async (cut) => {
    await database.project(new AuditLogProjection(), LOG);
    const whole = await database.rows(TABLES);
    await database.project(new AuditLogProjection(), LOG);
    expect(await database.rows(TABLES)).toEqual(whole);
    await database.forget();
    await database.project(new AuditLogProjection(), LOG, [cut]);
    expect(await database.rows(TABLES)).toEqual(whole);
  },
);

it('lists, counts and pages entries alone, under the numbers of all events', async () => {
  await database.project(new AuditLogProjection(), LOG);
  expect(await found({})).toEqual({ seqs: ENTRIES, total: 6, ahead: 0 });
  expect(await found({}, { limit: 2, beforeSeq: 12 })).toEqual({ seqs: [6, 5], total: 6, ahead: 2 });
  expect(await found({}, { limit: 2, offset: 4 })).toEqual({ seqs: [2, 1], total: 6, ahead: 0 });
});

it.each<[string, Partial<AuditFilter>, readonly number[]]>([
  ['the group of jobs', { groups: ['jobs'] }, [12, 6, 5, 2]],
  ['policy types, as configuration', { groups: ['configuration'] }, [1]],
  ['a type', { types: ['job.completed', 'job.failed'] }, [12, 6]],
  ['a type that is no entry', { types: ['job.leased'] }, []],
  ['jobs as targets', { targetTypes: ['job'] }, [12, 6, 5, 2]],
  ['one job', { targetIds: [jobId(1)] }, [12, 5]],
  ['one policy type', { targetTypes: ['policy_type'], targetIds: ['commercial_auto'] }, [1]],
  ['an actor of steps alone', { actorIds: [WORKER.id] }, []],
  ['what only a step says', { search: 'pool' }, []],
  ['part of a summary', { search: 'OF POLICY type' }, [5, 2]],
  ['a time', { startMs: (START + 5) * 1_000, endMs: (START + 11) * 1_000 }, [12, 6]],
])('finds %s', async (_, filter, seqs) => {
  await database.project(new AuditLogProjection(), LOG);
  expect(await found(filter)).toEqual({ seqs, total: seqs.length, ahead: 0 });
});

it('exports entries alone, and shows the trail of one job', async () => {
  await database.project(new AuditLogProjection(), LOG);
  const exported = [];
  for await (const page of streamAuditEntries(database.api, 'org_a', ALL)) exported.push(...page);
  expect(exported.map(({ seq }) => seq)).toEqual(ENTRIES);
  const trail = async (orgId: string) =>
    listActivity(database.api, orgId, { type: 'job', id: jobId(1) }, { limit: 50, beforeSeq: null });
  expect((await trail('org_a')).map(({ seq, event_type }) => [seq, event_type])).toEqual([
    [12, 'job.failed'],
    [5, 'job.submitted'],
  ]);
  expect(await trail('org_b')).toEqual([]);
});

it('names nobody among the actors who only worked', async () => {
  await database.project(new AuditLogProjection(), LOG);
  expect((await listAuditActors(database.api, 'org_a')).map(({ id }) => id)).toEqual(['user_ada']);
  expect(await listAuditActors(database.api, 'org_b')).toEqual([]);
});

it('hands out every event with the log, by type, too', async () => {
  await database.project(new AuditLogProjection(), LOG);
  const whole = { limit: 50, afterSeq: 0, untilSeq: null };
  const own = LOG.filter(({ metadata }) => metadata.org_id === 'org_a');
  const events = await listLogEvents(database.api, 'org_a', [], whole);
  expect(events.map(({ seq, event }) => [seq, event.type])).toEqual(own.map(({ type }, index) => [index + 1, type]));
  const leases = await listLogEvents(database.api, 'org_a', ['job.leased'], whole);
  expect(leases.map(({ seq }) => seq)).toEqual([3, 7, 10]);
  const streamed = [];
  for await (const page of streamLogEvents(database.api, 'org_a', [], 10)) streamed.push(...page);
  expect(streamed.map(({ seq }) => seq)).toEqual([11, 12, 13]);
});

it('keeps no input and no result', async () => {
  await database.project(new AuditLogProjection(), LOG);
  expect((await database.rows(TABLES)).join()).not.toMatch(/S3CRET/);
});

it('finds entries without a look at the steps between them', async () => {
  await database.project(new AuditLogProjection(), LOG);
  const { rows } = await database.projectorPool.query<{ indexdef: string }>(
    `select indexdef from pg_indexes where tablename = 'audit_entries' and schemaname like 'read\\_models\\_%'`,
  );
  const ofEntries = rows.filter(({ indexdef }) => indexdef.endsWith('WHERE is_entry')).map(({ indexdef }) => indexdef);
  for (const columns of ['seq', 'occurred_at, seq', 'target_lineage, seq', 'actor_id, seq']) {
    expect(ofEntries).toEqual(expect.arrayContaining([expect.stringContaining(`(org_id, ${columns})`)]));
  }
});
