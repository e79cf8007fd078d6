import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { ADA, keyId, START } from '#libs/testing';
import { AUDIT_PATHS, A, B, D, ReadApi, type ReadList } from '../testing/read-api.js';

let api: ReadApi;
beforeAll(async () => {
  api = await ReadApi.start();
});
afterAll(() => api.close());
beforeEach(() => {
  api.exported.length = 0;
});

const field = (list: ReadList, name: string): unknown[] => list.data.map((row) => row[name]);

it('lists the audit log newest first with how much there is', async () => {
  const { list, headers } = await api.get('/v1/system_audit_log?limit=2');
  expect(field(list, 'event_type')).toEqual(['access_denied', 'api_key.deleted']);
  expect([headers.get('x-total-count'), headers.get('content-range')]).toEqual(['7', 'entries 0-1/7']);
  const second = await api.get(`/v1/system_audit_log?limit=3&cursor=${list.next_cursor}`);
  expect(field(second.list, 'seq')).toEqual([5, 4, 3]);
  expect(second.headers.get('content-range')).toBe('entries 2-4/7');
  const third = await api.get('/v1/system_audit_log?limit=3&offset=5');
  expect([field(third.list, 'seq'), third.list.has_more]).toEqual([[2, 1], false]);
  expect(third.headers.get('content-range')).toBe('entries 5-6/7');
});

it.each([
  ['event_groups=access', 1],
  ['event_groups=access&event_groups=integrations', 7],
  ['event_types=api_key.created', 3],
  ['target_type=audit_log', 0],
  [`target_id=${keyId(0, B)}`, 2],
  ['actor_id=nobody', 0],
  ['search=LEAK', 1],
  [`start_ts=${START + 3}&end_ts=${START + 5}`, 2],
  [`start_ts=${new Date((START + 3) * 1_000).toISOString()}`, 4],
])('filters the audit log by %s', async (query, found) => {
  const { list, headers } = await api.get(`/v1/system_audit_log?${query}`);
  expect(list.data).toHaveLength(found);
  const range = found === 0 ? 'entries */0' : `entries 0-${found - 1}/${found}`;
  expect(headers.get('content-range')).toBe(range);
});

it('says what the audit log can be filtered by', async () => {
  const { body } = await api.get('/v1/system_audit_log/metadata');
  expect(body).toMatchObject({
    target_types: ['api_key', 'job', 'webhook', 'policy_type', 'audit_log'],
    actors: [{ id: ADA.id, name: 'Ada' }],
  });
});

it.each([
  ['/v1/system_audit_log?event_types=api_key.sold', 'event_types'],
  ['/v1/system_audit_log?event_groups=nothing', 'event_groups'],
  ['/v1/system_audit_log?target_type=nothing', 'target_type'],
  ['/v1/system_audit_log?limit=501', 'limit'],
  ['/v1/system_audit_log?offset=-1', 'offset'],
  ['/v1/system_audit_log?offset=99999999999', 'offset'],
  ['/v1/system_audit_log?offset=1&cursor=x', 'offset'],
  ['/v1/system_audit_log?start_ts=yesterday', 'start_ts'],
  ['/v1/system_audit_log?start_ts=2024-02-30T00:00:00Z', 'start_ts'],
  ['/v1/system_audit_log?end_ts=999999999999', 'end_ts'],
  ['/v1/system_audit_log/metadata?x=1', 'x'],
  ['/v1/system_audit_log/export?format=xml', 'format'],
  ['/v1/system_audit_log/export?limit=5', 'limit'],
  ['/v1/log?format=csv', 'format'],
  ['/v1/log?after_seq=-1', 'after_seq'],
  ['/v1/log?after_seq=1.5', 'after_seq'],
  ['/v1/log?limit=1001', 'limit'],
  ['/v1/log?event_types=job.exploded', 'event_types'],
  ['/v1/log?after_seq=1&cursor=x', 'after_seq'],
  ['/v1/activity?target_type=api_key', 'target_id'],
  ['/v1/activity?target_id=x', 'target_type'],
])('answers 422 with the parameter to %s', async (path, parameter) => {
  const { status, body } = await api.get(path);
  expect([status, body]).toMatchObject([
    422,
    { detail: { code: 'validation_failed', fields: [{ field: parameter }] } },
  ]);
});

it("shows an object's trail, of a key that of its lineage", async () => {
  const trail = await api.get(`/v1/activity?target_type=api_key&target_id=${keyId(1, A)}`);
  expect(field(trail.list, 'event_type')).toEqual(['api_key.rotated', 'api_key.created']);
  expect((await api.get('/v1/activity?target_type=api_key&target_id=unknown')).list.data).toEqual([]);
  expect((await api.get(`/v1/activity?target_type=api_key&target_id=${keyId(0, D)}`)).list.data).toEqual([]);
});

it('exports CSV that no spreadsheet runs', async () => {
  const { status, text, headers } = await api.get('/v1/system_audit_log/export?event_types=api_key.revoked');
  expect([status, headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
  const [head, ...rows] = text.split('\r\n');
  expect(head).toBe(
    'seq,id,occurred_at,actor_type,actor_id,actor_name,event_group,event_type,activity_type,target_type,target_id,target_name,summary,reason,ip,user_agent,request_id,data',
  );
  expect(rows).toHaveLength(2);
  expect(rows[0]).toContain('"a ""leak"",\nin a chat"');
  const made = await api.get('/v1/system_audit_log/export?format=csv&search=hyperlink');
  expect(made.text).toContain(`"'=HYPERLINK(""x"")"`);
});

it('exports NDJSON and notes the export when it has ended', async () => {
  const { text, status } = await api.get(
    '/v1/system_audit_log/export?format=ndjson&event_groups=integrations',
    'reader',
  );
  expect(status).toBe(200);
  const lines = text.trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { seq: number }).seq)).toEqual([6, 5, 4, 3, 2, 1]);
  await untilExported();
  expect(api.exported).toMatchObject([
    { format: 'ndjson', rowCount: 6, completed: true, filters: { event_groups: ['integrations'] } },
  ]);
});

it('notes an export whose reader went away', async () => {
  const { port } = api.application.getHttpServer().address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write('GET /v1/system_audit_log/export HTTP/1.1\r\nhost: x\r\nauthorization: Bearer admin\r\n\r\n', () =>
    socket.destroy(),
  );
  await untilExported();
  expect(api.exported).toMatchObject([{ format: 'csv', completed: false }]);
});

async function untilExported(): Promise<void> {
  while (api.exported.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
}

const ROUTES = [
  '/v1/system_audit_log',
  '/v1/system_audit_log/metadata',
  '/v1/system_audit_log/export',
  '/v1/activity?target_type=api_key&target_id=x',
  '/v1/log',
];
it.each(ROUTES)('lets only the right callers read %s', async (path) => {
  for (const allowed of ['admin', 'auditor', 'reader']) {
    expect([allowed, (await api.get(path, allowed)).status]).toEqual([allowed, 200]);
  }
  for (const refused of ['member', 'platform', 'nobody']) {
    expect(await api.get(path, refused)).toMatchObject({ status: 401, code: 'unauthorized' });
  }
  expect(await api.get(path, 'plain')).toMatchObject({
    status: 403,
    body: { detail: { required_scope: 'audit:read' } },
  });
});

it('refuses credentials that are no better than none on every route', async () => {
  for (const path of ROUTES) {
    expect(await api.get(path, 'nobody')).toMatchObject({ status: 401, code: 'unauthorized' });
    expect(await api.get(path, 'ambiguous')).toMatchObject({ status: 400, code: 'ambiguous_credentials' });
    expect(await api.get(path, 'unprovisioned')).toMatchObject({ status: 403, code: 'user_not_provisioned' });
  }
});

it('has met every documented answer of these routes', () => {
  expect(api.unseen((path) => AUDIT_PATHS.test(path))).toEqual([]);
});
