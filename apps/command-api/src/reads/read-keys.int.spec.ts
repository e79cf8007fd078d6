import { ADA, keyId, START } from '#libs/testing';
import { KEY_PATHS, A, B, C, D, ReadApi, type ReadList } from '../testing/read-api.js';

let api: ReadApi;
beforeAll(async () => {
  api = await ReadApi.start();
});
afterAll(() => api.close());

const field = (list: ReadList, name: string): unknown[] => list.data.map((row) => row[name]);

it('lists keys newest first, without deleted ones and those of others', async () => {
  const { status, list } = await api.get('/v1/api-keys');
  expect([status, field(list, 'id'), list.has_more]).toEqual([200, [keyId(0, B), keyId(1, A), keyId(0, A)], false]);
  expect(field(list, 'status')).toEqual(['revoked', 'active', 'rotating']);
  expect(field(list, 'last_used_at')).toEqual([null, START + 9, null]);
});

it('pages through keys, and takes a cursor for its own list, filter and organization only', async () => {
  const first = await api.get('/v1/api-keys?limit=2');
  const cursor = first.list.next_cursor ?? '';
  expect([first.list.data.length, first.list.has_more]).toEqual([2, true]);
  const second = await api.get(`/v1/api-keys?limit=1&cursor=${cursor}`);
  expect([field(second.list, 'id'), second.list.next_cursor]).toEqual([[keyId(0, A)], null]);
  for (const [path, credential] of [
    [`/v1/api-keys?type=service&cursor=${cursor}`, 'admin'],
    [`/v1/api-keys?cursor=${cursor}`, 'other'],
    [`/v1/system_audit_log?cursor=${cursor}`, 'admin'],
    ['/v1/api-keys?cursor=made-up', 'admin'],
    [`/v1/api-keys?cursor=${'x'.repeat(5_000)}`, 'admin'],
    ['/v1/api-keys?cursor=', 'admin'],
    ['/v1/activity?target_type=api_key&target_id=x&cursor=x', 'admin'],
    ['/v1/log?cursor=x', 'admin'],
    [`/v1/api-keys/${keyId(0, A)}/history?cursor=x`, 'admin'],
  ] as const) {
    const { status, code } = await api.get(path, credential);
    expect([path, status, code]).toEqual([path, 400, 'invalid_cursor']);
  }
});

it('filters keys', async () => {
  expect(field((await api.get('/v1/api-keys?status=revoked,rotating')).list, 'name')).toEqual(['Second', 'First']);
  expect((await api.get('/v1/api-keys?status=all,revoked')).list.data).toHaveLength(3);
  expect(field((await api.get('/v1/api-keys?environment=test&type=service')).list, 'name')).toEqual(['Second']);
  expect((await api.get('/v1/api-keys?q=fIrS')).list.data).toHaveLength(2);
});

it('gets a key of its organization', async () => {
  const { status, body } = await api.get(`/v1/api-keys/${keyId(0, A)}`, 'auditor');
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
  const { status, code } = await api.get(`/v1/api-keys/${id}`);
  expect([status, code]).toEqual([404, 'api_key_not_found']);
});

it('tells the history of a lineage under each of its ids, oldest first', async () => {
  for (const id of [keyId(0, A), keyId(1, A)]) {
    const { list } = await api.get(`/v1/api-keys/${id}/history`, 'reader');
    expect(field(list, 'event_type')).toEqual(['api_key.created', 'api_key.rotated']);
    expect(field(list, 'revision')).toEqual([0, 1]);
    const states = list.data.map(({ state }) => (state as { id: string }[]).map((key) => key.id).sort());
    expect(states).toEqual([[keyId(0, A)], [keyId(0, A), keyId(1, A)]]);
  }
  const first = await api.get(`/v1/api-keys/${keyId(0, A)}/history?limit=1`);
  const rest = await api.get(`/v1/api-keys/${keyId(0, A)}/history?cursor=${first.list.next_cursor}`);
  expect([first.list.has_more, field(rest.list, 'revision')]).toEqual([true, [1]]);
});

it('keeps the history of a deleted key, and has none of an unknown one', async () => {
  const { list } = await api.get(`/v1/api-keys/${keyId(0, C)}/history`);
  expect(field(list, 'event_type')).toEqual(['api_key.created', 'api_key.deleted']);
  expect(field(list, 'state').at(-1)).toEqual([]);
  for (const id of [keyId(7, A), keyId(0, D), 'ak_x']) {
    expect(await api.get(`/v1/api-keys/${id}/history`)).toMatchObject({ status: 404, code: 'api_key_not_found' });
  }
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
  ['/v1/whoami?x=1', 'x'],
  ['/v1/scopes?x=1', 'x'],
])('answers 422 with the parameter to %s', async (path, parameter) => {
  const { status, body } = await api.get(path);
  expect([status, body]).toMatchObject([
    422,
    { detail: { code: 'validation_failed', fields: [{ field: parameter }] } },
  ]);
});

it.each([
  ['admin', { type: 'user', id: 'user_admin', role: 'admin' }, 'org_a'],
  ['plain', { type: 'api_key', id: 'ak_Lineage0000000000000', scopes: [], access: 'scoped' }, 'org_a'],
  ['platform', { type: 'platform', id: '0123456789ab' }, null],
])('says who %s is', async (credential, caller, orgId) => {
  expect((await api.get('/v1/whoami', credential)).body).toEqual({ caller, org_id: orgId, client_ip: '127.0.0.1' });
});

it('lists scopes to every caller of an organization', async () => {
  expect((await api.get('/v1/scopes', 'plain')).status).toBe(200);
  expect((await api.get('/v1/scopes', 'platform')).status).toBe(401);
});

const ROUTES = ['/v1/api-keys', `/v1/api-keys/${keyId(0, A)}`, `/v1/api-keys/${keyId(0, A)}/history`];
it.each(ROUTES)('lets only the right callers read %s', async (path) => {
  for (const allowed of ['admin', 'auditor', 'manager']) {
    expect([allowed, (await api.get(path, allowed)).status]).toEqual([allowed, 200]);
  }
  for (const refused of ['member', 'platform', 'nobody']) {
    expect(await api.get(path, refused)).toMatchObject({ status: 401, code: 'unauthorized' });
  }
  expect(await api.get(path, 'plain')).toMatchObject({
    status: 403,
    body: { detail: { required_scope: 'keys:manage' } },
  });
});

it('refuses credentials that are no better than none on every route', async () => {
  for (const path of [...ROUTES, '/v1/whoami', '/v1/scopes']) {
    expect(await api.get(path, 'nobody')).toMatchObject({ status: 401, code: 'unauthorized' });
    expect(await api.get(path, 'ambiguous')).toMatchObject({ status: 400, code: 'ambiguous_credentials' });
    expect(await api.get(path, 'unprovisioned')).toMatchObject({ status: 403, code: 'user_not_provisioned' });
  }
});

it('has met every documented answer of these routes', () => {
  expect(api.unseen((path) => KEY_PATHS.test(path))).toEqual([]);
});
