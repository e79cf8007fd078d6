import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { toPosition } from '#libs/event-store';
import {
  jobAttemptFailed,
  jobCompleted,
  jobId,
  jobLeased,
  jobLeaseExpired,
  jobSubmitted,
  jobUsageRecorded,
  keyId,
  usageOf,
} from '#libs/testing';
import { createCommandApi } from '../create-command-api.js';
import { LogPositions } from '../http/log-positions.js';
import { callers } from '../testing/callers.js';
import { DocumentedClient, type DocumentedAnswer } from '../testing/documented-client.js';
import { readDatabase, type ReadDatabase } from '../testing/read-database.js';
import { testDependencies } from '../testing/test-dependencies.js';
import type { UsageReport } from './usage-report.js';

const seconds = (text: string): number => Date.parse(text) / 1_000;
const at = (text: string, org_id = 'org_a') => ({ at: seconds(text), org_id });
const byKey = (text: string, org_id?: string) => ({
  ...at(text, org_id),
  actor: { type: 'api_key', id: keyId(7), name: 'A key' } as const,
});

const FIRST = usageOf({ input_tokens: 100, output_tokens: 20, cost_usd: '0.100000' });
const LOST = usageOf({ input_tokens: 7, embedding_tokens: 3, rag_chunks: 1, cost_usd: '0.000001' });
/** At first on both sides of midnight in Berlin, where it is 22:00 in UTC. */
const EVENTS = [
  jobSubmitted({}, at('2026-06-01T21:50Z')),
  jobLeased({}, at('2026-06-01T21:55Z')),
  jobCompleted({ usage: FIRST }, at('2026-06-01T22:05:00.250Z')),
  jobSubmitted({ job_id: jobId(1), source: 'api', policy_type: '-cyber' }, byKey('2026-06-02T10:00Z')),
  jobLeased({ job_id: jobId(1) }, at('2026-06-02T10:01Z')),
  jobAttemptFailed(
    { job_id: jobId(1), usage: FIRST, next_attempt_at: seconds('2026-06-02T10:20Z') },
    at('2026-06-02T10:10Z'),
  ),
  jobLeased({ job_id: jobId(1), attempt: 2 }, at('2026-06-02T10:20Z')),
  jobLeaseExpired(
    { job_id: jobId(1), attempt: 2, next_attempt_at: seconds('2026-06-02T12:00Z') },
    at('2026-06-02T10:40Z'),
  ),
  jobSubmitted(
    { job_id: jobId(2), source: 'api', scheduled_for: seconds('2026-07-01T00:00Z') },
    byKey('2026-06-02T11:00Z'),
  ),
  jobSubmitted({ job_id: jobId(3) }, at('2026-06-02T11:00Z', 'org_b')),
  jobUsageRecorded({ job_id: jobId(1), attempt: 2, usage: LOST }, at('2026-06-02T11:30Z')),
];
/** As many tokens as a report may have, twice. */
const MOST = usageOf({ input_tokens: Number.MAX_SAFE_INTEGER });
const WHALE = [
  jobSubmitted({ job_id: jobId(4) }, at('2026-06-02T10:00Z', 'org_d')),
  jobLeased({ job_id: jobId(4) }, at('2026-06-02T10:01Z', 'org_d')),
  jobAttemptFailed(
    { job_id: jobId(4), usage: { ...MOST, output_tokens: 1 }, next_attempt_at: seconds('2026-06-02T10:02Z') },
    at('2026-06-02T10:02Z', 'org_d'),
  ),
  jobLeased({ job_id: jobId(4), attempt: 2 }, at('2026-06-02T10:03Z', 'org_d')),
  jobCompleted({ job_id: jobId(4), attempt: 2, usage: MOST }, at('2026-06-02T10:04Z', 'org_d')),
];
/** A job of each of 10,001 keys. */
const CROWD = Array.from({ length: 10_001 }, (_, n) => {
  const id = String(n).padStart(12, '0');
  const circumstances = {
    ...byKey('2026-06-02T10:00Z', 'org_c'),
    actor: { type: 'api_key', id: `ak_${id}`, name: null } as const,
  };
  return jobSubmitted({ job_id: `job_${id}${id}`, source: 'api' }, circumstances);
});
const NOW = '2026-06-03T00:00Z';

let database: ReadDatabase;
let application: NestFastifyApplication;
let client: DocumentedClient;
const awaited: string[] = [];

beforeAll(async () => {
  database = await readDatabase([...EVENTS, ...WHALE, ...CROWD]);
  const dependencies = testDependencies();
  application = await createCommandApi({
    ...dependencies,
    database: database.database,
    clock: () => Date.parse(NOW),
    waitFor: async (readModel) => awaited.push(readModel) > 0,
    authenticate: (headers) => {
      if (headers.authorization === 'Bearer meter') return callers.key(['usage:read']);
      if (headers.authorization === 'Bearer whale') return callers.user('member', 'org_d');
      if (headers.authorization === 'Bearer crowd') return callers.user('member', 'org_c');
      return dependencies.authenticate(headers);
    },
  });
  client = await DocumentedClient.of(application);
});
afterAll(async () => {
  await application.close();
  await database.drop();
});

const get = (query: string, credential = 'member'): Promise<DocumentedAnswer> =>
  client.request('GET', `/v1/usage${query}`, { headers: { authorization: `Bearer ${credential}` } });

async function report(query: string, credential?: string): Promise<UsageReport> {
  const { status, body } = await get(query, credential);
  expect(status).toBe(200);
  // Held against its schema by the client.
  return body as UsageReport;
}

it('sums up the last 30 days by UTC days', async () => {
  const { data, ...sums } = await report('');
  const to = seconds(NOW) + 1;
  const nothing = { jobs: 0, attempts: 0, input_tokens: 0, output_tokens: 0, total_tokens: 0, embedding_tokens: 0 };
  const first = { ...nothing, attempts: 1, input_tokens: 100, output_tokens: 20, total_tokens: 120 };
  const rest = { structured_output_tokens: 0, rag_chunks: 0 };
  const web = { ...first, ...rest, jobs: 1, cost_usd: '0.100000', wasted: { total_tokens: 0, cost_usd: '0.000000' } };
  const api = {
    ...{
      ...first,
      ...rest,
      jobs: 2,
      attempts: 2,
      input_tokens: 107,
      total_tokens: 127,
      embedding_tokens: 3,
      rag_chunks: 1,
    },
    ...{ cost_usd: '0.100001', wasted: { total_tokens: 127, cost_usd: '0.100001' } },
  };
  const totals = {
    ...{ ...rest, jobs: 3, attempts: 3, input_tokens: 207, output_tokens: 40, total_tokens: 247, embedding_tokens: 3 },
    ...{ rag_chunks: 1, cost_usd: '0.200001', wasted: { total_tokens: 127, cost_usd: '0.100001' } },
  };
  expect(sums).toEqual({
    period: { from: to - 30 * 86_400, to },
    totals,
    by_source: { web, api },
    jobs: { pending: 1, queued: 1, processing: 0, completed: 1, failed: 0, cancelled: 0 },
  });
  expect(data).toEqual([
    { bucket_at: seconds('2026-06-01T00:00Z'), ...web },
    { bucket_at: seconds('2026-06-02T00:00Z'), ...api },
  ]);
});

it.each([
  ['day', 'Europe/Berlin', ['2026-05-31T22:00Z', '2026-06-01T22:00Z']],
  ['day', 'America/St_Johns', ['2026-06-01T02:30Z', '2026-06-02T02:30Z']],
  ['hour', 'Asia/Kathmandu', ['2026-06-01T21:15Z', '2026-06-02T09:15Z', '2026-06-02T10:15Z', '2026-06-02T11:15Z']],
  ['month', 'UTC', ['2026-06-01T00:00Z']],
])('divides it by the %s of %s', async (granularity, timezone, starts) => {
  const { data } = await report(`?granularity=${granularity}&timezone=${timezone}`);
  expect(data.map(({ bucket_at }) => new Date(bucket_at * 1_000).toISOString().slice(0, 16) + 'Z')).toEqual(starts);
});

it('divides it by groups too, in the order in which they are asked for', async () => {
  const { data } = await report('?granularity=month&group_by=source,policy_type,key_id,source');
  expect(data.map(({ source, policy_type, key_id, jobs }) => [source, policy_type, key_id, jobs])).toEqual([
    ['api', '-cyber', keyId(7), 1],
    ['api', 'commercial_auto', keyId(7), 1],
    ['web', 'commercial_auto', null, 1],
  ]);
  const types = await report('?granularity=month&group_by=policy_type');
  expect(types.data.map(({ source, policy_type, jobs }) => [source, policy_type, jobs])).toEqual([
    [undefined, '-cyber', 1],
    [undefined, 'commercial_auto', 2],
  ]);
});

it('is exact to the millisecond at both ends of the period', async () => {
  const attempts = async (from: string, to: string): Promise<number> =>
    (await report(`?from=2026-06-01T${from}Z&to=2026-06-01T${to}Z`)).totals.attempts;
  expect(await attempts('22:05:00.250', '22:05:00.251')).toBe(1);
  expect(await attempts('21:00:00', '22:05:00.250')).toBe(0);
  expect(await attempts('22:05:00.251', '23:00:00')).toBe(0);
});

it('takes Unix seconds, and a period that is cut from buckets', async () => {
  const { data, period } = await report(`?from=${seconds('2026-06-02T11:15Z')}&to=${seconds('2026-06-02T11:31Z')}`);
  expect(data).toMatchObject([{ bucket_at: seconds('2026-06-02T00:00Z'), jobs: 0, attempts: 0, input_tokens: 7 }]);
  expect(period).toEqual({ from: seconds('2026-06-02T11:15Z'), to: seconds('2026-06-02T11:31Z') });
});

it('takes all the time that there is a form for', async () => {
  const { totals } = await report('?from=0000-01-01T00:00:00Z&to=9999-12-31T23:59:59Z&granularity=hour');
  expect(totals).toMatchObject({ jobs: 3, attempts: 3 });
});

it('answers about one key alone', async () => {
  const { totals, jobs } = await report(`?key_id=${keyId(7)}`);
  expect([totals.jobs, totals.cost_usd, jobs]).toMatchObject([2, '0.100001', { pending: 1, queued: 1, completed: 0 }]);
  expect(await report('?key_id=nobody')).toMatchObject({ totals: { jobs: 0 }, data: [], jobs: { pending: 0 } });
});

it('hands the rows out as CSV that no spreadsheet runs', async () => {
  const { status, text, headers } = await get('?format=csv&group_by=policy_type,key_id&granularity=month');
  const types = [headers.get('content-type'), headers.get('content-disposition')];
  expect([status, ...types]).toEqual([200, 'text/csv; charset=utf-8', 'attachment; filename="usage.csv"']);
  const month = seconds('2026-06-01T00:00Z');
  expect(text.split('\r\n')).toEqual([
    'bucket_at,policy_type,key_id,jobs,attempts,input_tokens,output_tokens,total_tokens,embedding_tokens,' +
      'structured_output_tokens,rag_chunks,cost_usd,wasted_total_tokens,wasted_cost_usd',
    `${month},'-cyber,${keyId(7)},1,2,107,20,127,3,0,1,0.100001,127,0.100001`,
    `${month},commercial_auto,,1,1,100,20,120,0,0,0,0.100000,0,0.000000`,
    `${month},commercial_auto,${keyId(7)},1,0,0,0,0,0,0,0,0.000000,0,0.000000`,
    '',
  ]);
});

it('says every digit of sums that no double holds', async () => {
  const most = 2n ** 53n - 1n;
  const { text } = await get('', 'whale');
  expect(text).toContain(`"input_tokens":${2n * most},"output_tokens":1,"total_tokens":${2n * most + 1n}`);
  expect(text).toContain(`"wasted":{"total_tokens":${most + 1n}`);
  expect((await get('?format=csv', 'whale')).text).toContain(`,${2n * most},1,${2n * most + 1n},`);
});

it.each([
  ['?from=1780000000&to=1780000000', 'from'],
  ['?from=2027-01-01T00:00:00Z', 'from'],
  ['?to=yesterday', 'to'],
  ['?granularity=week', 'granularity'],
  ['?group_by=worker', 'group_by'],
  ['?group_by=', 'group_by'],
  ['?timezone=Mars/Olympus', 'timezone'],
  ['?timezone=%2B02:00', 'timezone'],
  ['?timezone=', 'timezone'],
  ['?timezone=UTC&timezone=UTC', 'timezone'],
  ['?format=xml', 'format'],
  ['?key_id=', 'key_id'],
  ['?limit=1', 'limit'],
])('answers 422 with the parameter to %s', async (query, parameter) => {
  const { status, body } = await get(query);
  expect([status, body]).toMatchObject([
    422,
    { detail: { code: 'validation_failed', fields: [{ field: parameter }] } },
  ]);
});

it('lets only the right callers read it, each its own organization', async () => {
  for (const allowed of ['admin', 'member', 'meter']) expect((await get('', allowed)).status).toBe(200);
  for (const refused of ['auditor', 'platform', 'nobody']) expect((await get('', refused)).status).toBe(401);
  const { status, body } = await get('', 'plain');
  expect([status, body]).toMatchObject([403, { detail: { code: 'insufficient_scope', required_scope: 'usage:read' } }]);
  expect((await report('', 'other')).totals).toMatchObject({ jobs: 1, attempts: 0 });
});

it('waits until it has what the caller has written', async () => {
  const position = new LogPositions(testDependencies().tokens).seal(toPosition(1n));
  const headers = { authorization: 'Bearer member', 'x-min-log-position': position };
  expect((await client.request('GET', '/v1/usage', { headers })).status).toBe(200);
  expect(awaited).toEqual(['usage']);
});

it('refuses to answer with more rows than a client can want', async () => {
  expect((await report('', 'crowd')).totals.jobs).toBe(10_001);
  const { status, body } = await get('?group_by=key_id', 'crowd');
  const message = 'gives more than 10000 rows: ask for a longer one, fewer groups or a shorter period';
  expect([status, body]).toMatchObject([422, { detail: { fields: [{ field: 'granularity', message }] } }]);
});
