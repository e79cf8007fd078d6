import { connect, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ADA, aDenial, apiKeyCreated, apiKeyDeleted, apiKeyRevoked, apiKeyRotated, keyId, START } from '#libs/testing';
import type { EndedExport } from '../audit-log/export-audit.js';
import { createCommandApi } from '../create-command-api.js';
import { DocumentedClient } from '../testing/documented-client.js';
import { readDatabase, type ReadDatabase } from '../testing/read-database.js';
import { testDependencies } from '../testing/test-dependencies.js';

const [A, B, C, D] = ['AAAAAAAAAAAAAAAA', 'BBBBBBBBBBBBBBBB', 'CCCCCCCCCCCCCCCC', 'DDDDDDDDDDDDDDDD'] as const;
const formula = { ...ADA, name: '=HYPERLINK("x")' };
const events = [
  apiKeyCreated({ key_id: keyId(0, A), name: 'First' }, { at: START }),
  apiKeyRotated({ from: keyId(0, A), to: keyId(1, A), graceExpiresAt: START + 60 }, { at: START + 1 }),
  apiKeyCreated({ key_id: keyId(0, B), name: 'Second', environment: 'test' }, { at: START + 2, actor: formula }),
  apiKeyRevoked({ at: START + 3, reason: 'a "leak",\nin a chat' }, keyId(0, B)),
  apiKeyCreated({ key_id: keyId(0, C), name: 'Gone' }, { at: START + 4 }),
  apiKeyDeleted({ at: START + 5 }, keyId(0, C)),
  aDenial({}, { at: START + 6 }),
  apiKeyCreated({ key_id: keyId(0, D), name: 'Of others' }, { at: START + 7, org_id: 'org_b' }),
];

let database: ReadDatabase;
let api: NestFastifyApplication;
let client: DocumentedClient;
const exported: EndedExport[] = [];

beforeAll(async () => {
  database = await readDatabase(events);
  api = await createCommandApi(
    testDependencies({
      database: database.database,
      clock: () => (START + 10) * 1_000,
      lastUsed: { record: () => undefined, pending: (id) => (id === keyId(1, A) ? START + 9 : null) },
      exports: { begun: () => undefined, exported: (ended) => void exported.push(ended) },
    }),
  );
  client = await DocumentedClient.of(api);
});
afterAll(async () => {
  await api.close();
  await database.drop();
});
beforeEach(() => {
  exported.length = 0;
});

async function get(path: string, credential = 'admin') {
  const answer = await client.request('GET', path, { headers: { authorization: `Bearer ${credential}` } });
  return { ...answer, list: (answer.body ?? {}) as List, code: (answer.body as Refused | null)?.detail?.code };
}

interface List {
  readonly data: Readonly<Record<string, unknown>>[];
  readonly next_cursor: string | null;
  readonly has_more: boolean;
}
interface Refused {
  readonly detail?: { readonly code: string };
}

const field = (list: List, name: string): unknown[] => list.data.map((row) => row[name]);

it('lists keys newest first, without deleted ones and those of others', async () => {
  const { status, list } = await get('/v1/api-keys');
  expect([status, field(list, 'id'), list.has_more]).toEqual([200, [keyId(0, B), keyId(1, A), keyId(0, A)], false]);
  expect(field(list, 'status')).toEqual(['revoked', 'active', 'rotating']);
  expect(field(list, 'last_used_at')).toEqual([null, START + 9, null]);
});

it('pages through keys, and takes a cursor for its own list, filter and organization only', async () => {
  const first = await get('/v1/api-keys?limit=2');
  const cursor = first.list.next_cursor ?? '';
  expect([first.list.data.length, first.list.has_more]).toEqual([2, true]);
  const second = await get(`/v1/api-keys?limit=1&cursor=${cursor}`);
  expect([field(second.list, 'id'), second.list.next_cursor]).toEqual([[keyId(0, A)], null]);
  for (const [path, credential] of [
    [`/v1/api-keys?type=service&cursor=${cursor}`, 'admin'],
    [`/v1/api-keys?cursor=${cursor}`, 'other'],
    [`/v1/system_audit_log?cursor=${cursor}`, 'admin'],
    ['/v1/api-keys?cursor=made-up', 'admin'],
    [`/v1/api-keys?cursor=${'x'.repeat(5_000)}`, 'admin'],
    ['/v1/api-keys?cursor=', 'admin'],
    ['/v1/activity?target_type=api_key&target_id=x&cursor=x', 'admin'],
    [`/v1/api-keys/${keyId(0, A)}/history?cursor=x`, 'admin'],
  ] as const) {
    const { status, code } = await get(path, credential);
    expect([path, status, code]).toEqual([path, 400, 'invalid_cursor']);
  }
});

it('filters keys', async () => {
  expect(field((await get('/v1/api-keys?status=revoked,rotating')).list, 'name')).toEqual(['Second', 'First']);
  expect((await get('/v1/api-keys?status=all,revoked')).list.data).toHaveLength(3);
  expect(field((await get('/v1/api-keys?environment=test&type=service')).list, 'name')).toEqual(['Second']);
  expect((await get('/v1/api-keys?q=fIrS')).list.data).toHaveLength(2);
});

it('gets a key of its organization', async () => {
  const { status, body } = await get(`/v1/api-keys/${keyId(0, A)}`, 'auditor');
  expect([status, body]).toMatchObject([200, { id: keyId(0, A), rotated_to: keyId(1, A), created_by: { id: ADA.id } }]);
});

it.each([
  ['unknown', keyId(7, A)],
  ['deleted', keyId(0, C)],
  ["another organization's", keyId(0, D)],
  ['too short', 'ak_x'],
  ['a NUL', 'ak_%00'],
  ['long', 'x'.repeat(10_000)],
])('answers 404 to an id that is %s', async (_, id) => {
  const { status, code } = await get(`/v1/api-keys/${id}`);
  expect([status, code]).toEqual([404, 'api_key_not_found']);
});

it('tells the history of a lineage under each of its ids, oldest first', async () => {
  for (const id of [keyId(0, A), keyId(1, A)]) {
    const { list } = await get(`/v1/api-keys/${id}/history`, 'reader');
    expect(field(list, 'event_type')).toEqual(['api_key.created', 'api_key.rotated']);
    expect(field(list, 'revision')).toEqual([0, 1]);
    const states = list.data.map(({ state }) => (state as { id: string }[]).map((key) => key.id).sort());
    expect(states).toEqual([[keyId(0, A)], [keyId(0, A), keyId(1, A)]]);
  }
  const first = await get(`/v1/api-keys/${keyId(0, A)}/history?limit=1`);
  const rest = await get(`/v1/api-keys/${keyId(0, A)}/history?cursor=${first.list.next_cursor}`);
  expect([first.list.has_more, field(rest.list, 'revision')]).toEqual([true, [1]]);
});

it('keeps the history of a deleted key, and has none of an unknown one', async () => {
  const { list } = await get(`/v1/api-keys/${keyId(0, C)}/history`);
  expect(field(list, 'event_type')).toEqual(['api_key.created', 'api_key.deleted']);
  expect(field(list, 'state').at(-1)).toEqual([]);
  for (const id of [keyId(7, A), keyId(0, D), 'ak_x']) {
    expect(await get(`/v1/api-keys/${id}/history`)).toMatchObject({ status: 404, code: 'api_key_not_found' });
  }
});

it('lists the audit log newest first with how much there is', async () => {
  const { list, headers } = await get('/v1/system_audit_log?limit=2');
  expect(field(list, 'event_type')).toEqual(['access_denied', 'api_key.deleted']);
  expect([headers.get('x-total-count'), headers.get('content-range')]).toEqual(['7', 'entries 0-1/7']);
  const second = await get(`/v1/system_audit_log?limit=3&cursor=${list.next_cursor}`);
  expect(field(second.list, 'seq')).toEqual([5, 4, 3]);
  expect(second.headers.get('content-range')).toBe('entries 2-4/7');
  const third = await get('/v1/system_audit_log?limit=3&offset=5');
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
  const { list, headers } = await get(`/v1/system_audit_log?${query}`);
  expect(list.data).toHaveLength(found);
  const range = found === 0 ? 'entries */0' : `entries 0-${found - 1}/${found}`;
  expect(headers.get('content-range')).toBe(range);
});

it.each([
  ['/v1/api-keys?limit=0', 'limit'],
  ['/v1/api-keys?limit=201', 'limit'],
  ['/v1/api-keys?limit=1.5', 'limit'],
  ['/v1/api-keys?limit=1e2', 'limit'],
  ['/v1/api-keys?limit=', 'limit'],
  ['/v1/api-keys?limit=5&limit=6', 'limit'],
  ['/v1/api-keys?status=lost', 'status'],
  ['/v1/api-keys?status=', 'status'],
  ['/v1/api-keys?q=a%00', 'q'],
  ['/v1/api-keys?nothing=1', 'nothing'],
  ['/v1/api-keys?__proto__=1', '__proto__'],
  [`/v1/api-keys/${keyId(0, A)}?x=1`, 'x'],
  [`/v1/api-keys/${keyId(0, A)}/history?limit=0`, 'limit'],
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
  ['/v1/activity?target_type=api_key', 'target_id'],
  ['/v1/activity?target_id=x', 'target_type'],
  ['/v1/whoami?x=1', 'x'],
  ['/v1/scopes?x=1', 'x'],
])('answers 422 with the parameter to %s', async (path, parameter) => {
  const { status, body } = await get(path);
  expect([status, body]).toMatchObject([
    422,
    { detail: { code: 'validation_failed', fields: [{ field: parameter }] } },
  ]);
});

it('says what the audit log can be filtered by', async () => {
  const { body } = await get('/v1/system_audit_log/metadata');
  expect(body).toMatchObject({ target_types: ['api_key', 'audit_log'], actors: [{ id: ADA.id, name: 'Ada' }] });
});

it("shows an object's trail, of a key that of its lineage", async () => {
  const trail = await get(`/v1/activity?target_type=api_key&target_id=${keyId(1, A)}`);
  expect(field(trail.list, 'event_type')).toEqual(['api_key.rotated', 'api_key.created']);
  expect((await get('/v1/activity?target_type=api_key&target_id=unknown')).list.data).toEqual([]);
  expect((await get(`/v1/activity?target_type=api_key&target_id=${keyId(0, D)}`)).list.data).toEqual([]);
});

it('exports CSV that no spreadsheet runs', async () => {
  const { status, text, headers } = await get('/v1/system_audit_log/export?event_types=api_key.revoked');
  expect([status, headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
  const [head, ...rows] = text.split('\r\n');
  expect(head).toBe(
    'seq,id,occurred_at,actor_type,actor_id,actor_name,event_group,event_type,activity_type,target_type,target_id,target_name,summary,reason,ip,user_agent,request_id,data',
  );
  expect(rows).toHaveLength(2);
  expect(rows[0]).toContain('"a ""leak"",\nin a chat"');
  const made = await get('/v1/system_audit_log/export?format=csv&search=hyperlink');
  expect(made.text).toContain(`"'=HYPERLINK(""x"")"`);
});

it('exports NDJSON and notes the export when it has ended', async () => {
  const { text, status } = await get('/v1/system_audit_log/export?format=ndjson&event_groups=integrations', 'reader');
  expect(status).toBe(200);
  const lines = text.trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { seq: number }).seq)).toEqual([6, 5, 4, 3, 2, 1]);
  await untilExported();
  expect(exported).toMatchObject([
    { format: 'ndjson', rowCount: 6, completed: true, filters: { event_groups: ['integrations'] } },
  ]);
});

it('notes an export whose reader went away', async () => {
  const { port } = api.getHttpServer().address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write('GET /v1/system_audit_log/export HTTP/1.1\r\nhost: x\r\nauthorization: Bearer admin\r\n\r\n', () =>
    socket.destroy(),
  );
  await untilExported();
  expect(exported).toMatchObject([{ format: 'csv', completed: false }]);
});

async function untilExported(): Promise<void> {
  while (exported.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
}

it.each([
  ['admin', { type: 'user', id: 'user_admin', role: 'admin' }, 'org_a'],
  ['plain', { type: 'api_key', id: 'ak_Lineage0000000000000', scopes: [], access: 'scoped' }, 'org_a'],
  ['platform', { type: 'platform', id: '0123456789ab' }, null],
])('says who %s is', async (credential, caller, orgId) => {
  expect((await get('/v1/whoami', credential)).body).toEqual({ caller, org_id: orgId, client_ip: '127.0.0.1' });
});

it('lists scopes to every caller of an organization', async () => {
  expect((await get('/v1/scopes', 'plain')).status).toBe(200);
  expect((await get('/v1/scopes', 'platform')).status).toBe(401);
});

const ROUTES = {
  '/v1/api-keys': 'keys:manage',
  [`/v1/api-keys/${keyId(0, A)}`]: 'keys:manage',
  [`/v1/api-keys/${keyId(0, A)}/history`]: 'keys:manage',
  '/v1/system_audit_log': 'audit:read',
  '/v1/system_audit_log/metadata': 'audit:read',
  '/v1/system_audit_log/export': 'audit:read',
  '/v1/activity?target_type=api_key&target_id=x': 'audit:read',
};
it.each(Object.entries(ROUTES))('lets only the right callers read %s', async (path, scope) => {
  for (const allowed of ['admin', 'auditor', scope === 'keys:manage' ? 'manager' : 'reader']) {
    expect([allowed, (await get(path, allowed)).status]).toEqual([allowed, 200]);
  }
  for (const refused of ['member', 'platform', 'nobody']) {
    expect(await get(path, refused)).toMatchObject({ status: 401, code: 'unauthorized' });
  }
  expect(await get(path, 'plain')).toMatchObject({ status: 403, body: { detail: { required_scope: scope } } });
});

/** Answers that come from before any route is looked at, so that `http-edge.spec` and `request-guard.spec` show them once. */
const SHOWN_ONCE_FOR_ALL = ['408', '429', '431', '500', '502', '503'];

it('refuses credentials that are no better than none on every route', async () => {
  for (const path of [...Object.keys(ROUTES), '/v1/whoami', '/v1/scopes']) {
    expect(await get(path, 'nobody')).toMatchObject({ status: 401, code: 'unauthorized' });
    expect(await get(path, 'ambiguous')).toMatchObject({ status: 400, code: 'ambiguous_credentials' });
    expect(await get(path, 'unprovisioned')).toMatchObject({ status: 403, code: 'user_not_provisioned' });
  }
});

it('has met every documented answer of the routes that read', () => {
  const unseen = client.unseen().filter((answer) => {
    const [method, path = '', status = ''] = answer.split(' ');
    return method === 'GET' && path.startsWith('/v1/') && !SHOWN_ONCE_FOR_ALL.includes(status);
  });
  expect(unseen).toEqual([]);
});
