import { RunningApi } from '../testing/running-api.js';

type Body = Readonly<Record<string, unknown>>;
let api: RunningApi;
let id: string;
let position: { readonly 'x-min-log-position': string };

beforeAll(async () => {
  api = await RunningApi.start();
  const { admin, platform } = api.credentials;
  await api.call(admin, 'PUT', '/v1/policy-types/auto', { title: 'Auto' });
  const job = await api.call(admin, 'POST', '/v1/jobs', { policy_type: 'auto', input: { vin: 'S3CRET-VIN' } });
  id = String(job.body['id']);
  const leased = await api.call(platform, 'POST', '/v1/worker/leases', { wait_seconds: 10, worker_id: 'w-1' });
  const [{ lease_token } = { lease_token: '' }] = leased.body['data'] as readonly { readonly lease_token: string }[];
  await api.call(platform, 'POST', `/v1/worker/jobs/${id}/progress`, { lease_token, percent: 50 });
  const end = { lease_token, result: { premium: 'S3CRET-PREMIUM' } };
  const completed = await api.call(platform, 'POST', `/v1/worker/jobs/${id}/complete`, end);
  expect([leased.status, completed.status, completed.body]).toMatchObject([200, 200, { status: 'completed' }]);
  const changed = await api.call(admin, 'PUT', '/v1/policy-types/auto', { title: 'Cars' });
  position = { 'x-min-log-position': changed.headers.get('x-log-position') ?? '' };
});
afterAll(() => api.stop());

async function get(path: string, credential = api.credentials.auditor): Promise<Body> {
  const { status, body } = await api.call(credential, 'GET', path, undefined, position);
  expect(status).toBe(200);
  return body;
}
const typesOf = (body: Body) =>
  (body['data'] as readonly { readonly event_type: string }[]).map((row) => row.event_type);

it('shows the trail of a job and of a policy type', async () => {
  const trail = await get(`/v1/activity?target_type=job&target_id=${id}`);
  expect(typesOf(trail)).toEqual(['job.completed', 'job.submitted']);
  expect(trail['data']).toMatchObject([
    { event_group: 'jobs', target_id: id, data: { changes: [{ field: 'status', after: 'completed' }], attempt: 1 } },
    { event_group: 'jobs', activity_type: 'record_creation', target_type: 'job' },
  ]);
  expect(typesOf(await get('/v1/activity?target_type=policy_type&target_id=auto'))).toEqual([
    'policy_type.updated',
    'policy_type.created',
  ]);
});

it('filters and counts entries of jobs without the steps between them', async () => {
  const page = await api.call(
    api.credentials.auditor,
    'GET',
    '/v1/system_audit_log?event_groups=jobs',
    undefined,
    position,
  );
  expect([typesOf(page.body), page.headers.get('x-total-count')]).toEqual([['job.completed', 'job.submitted'], '2']);
  expect(page.headers.get('content-range')).toBe('entries 0-1/2');
});

it('names groups, entries and targets to filter by, and no step', async () => {
  const metadata = await get('/v1/system_audit_log/metadata');
  const types = metadata['event_types'] as readonly { readonly name: string }[];
  expect(types.map(({ name }) => name)).toEqual(expect.arrayContaining(['job.retried', 'policy_type.updated']));
  expect(types.map(({ name }) => name)).not.toContain('job.leased');
  expect(metadata['event_groups']).toContainEqual({ name: 'jobs', label: 'Jobs' });
  expect(metadata['target_types']).toEqual(['api_key', 'job', 'webhook', 'policy_type', 'audit_log']);
});

it('hands out every step with the log, each in its stream, and neither input nor result', async () => {
  const log = await get('/v1/log');
  expect(typesOf(log)).toEqual([
    'policy_type.created',
    'job.submitted',
    'job.leased',
    'job.progressed',
    'job.completed',
    'policy_type.updated',
  ]);
  const streams = (log['data'] as readonly { readonly stream: string }[]).map(({ stream }) => stream);
  expect(new Set(streams.slice(1, -1))).toEqual(new Set([`job-${id.slice(4)}`]));
  expect(streams[0]).toMatch(/^policyType-[0-9a-f]{32}\.auto$/);
  expect(JSON.stringify(log)).not.toMatch(/S3CRET|lease_token|"input"|"result"/);
  expect(JSON.stringify(log)).toMatch(/"input_sha256":"[0-9a-f]{64}"/);
});
