import { RunningApi } from '../testing/running-api.js';
import { makeWebhook, WEBHOOK_SETTINGS, WEBHOOK_URL } from '../testing/webhook-api.js';

let api: RunningApi;
let scoped: string;
let plain: string;
beforeAll(async () => {
  api = await RunningApi.start({ settings: WEBHOOK_SETTINGS });
  scoped = (await api.key({ access: 'scoped', scopes: ['keys:manage'] })).secret;
  plain = (await api.key()).secret;
});
afterAll(() => api.stop());

const UNKNOWN = '/v1/api-keys/ak_00000000000000000000';
const WRONG = { name: 5 };

it('asks for the credential before anything of the body', async () => {
  for (const body of ['{', WRONG, 'x'.repeat(1_048_577)]) {
    for (const credential of [null, 'nonsense', api.credentials.member]) {
      expect(await api.call(credential, 'POST', '/v1/api-keys', body)).toMatchObject({ status: 401 });
    }
  }
});

it('asks for the permission before the shape', async () => {
  for (const [body, type] of [
    [WRONG, 'application/json'],
    ['{', 'application/json'],
    ['x', 'text/plain'],
    ['x'.repeat(1_048_577), 'application/json'],
  ] as const) {
    const answer = await api.call(plain, 'POST', '/v1/api-keys', body, { 'content-type': type });
    expect(answer).toMatchObject({ status: 403, code: 'insufficient_scope' });
  }
  expect(await api.call(plain, 'PATCH', UNKNOWN, {}, { 'idempotency-key': 'a b' })).toMatchObject({ status: 403 });
  expect(await api.call(plain, 'GET', '/v1/api-keys?limit=0')).toMatchObject({ status: 403 });
});

it('asks for the shape before grants, replay and existence', async () => {
  const tooMuch = { scopes: ['audit:read'] };
  expect(await api.call(scoped, 'POST', '/v1/api-keys', { ...tooMuch, ...WRONG })).toMatchObject({ status: 422 });
  expect(await api.call(scoped, 'POST', '/v1/api-keys', { ...tooMuch, name: ' ' })).toMatchObject({ status: 400 });
  expect(
    await api.call(scoped, 'POST', '/v1/api-keys', { name: 'x', scopes: ['audit:read', 'no:such'] }),
  ).toMatchObject({ status: 422, code: 'unknown_scope' });
  const badKey = { 'idempotency-key': 'a b' };
  expect(await api.call(scoped, 'POST', '/v1/api-keys', { name: 'x', ...tooMuch }, badKey)).toMatchObject({
    ...{ status: 422, fields: ['Idempotency-Key'] },
  });
  expect(await api.call(scoped, 'POST', '/v1/api-keys?dry=1', { name: 'x', ...tooMuch })).toMatchObject({
    ...{ status: 422, fields: ['dry'] },
  });
  expect(await api.call(api.credentials.admin, 'PATCH', UNKNOWN, WRONG)).toMatchObject({ status: 422 });
  expect(await api.call(api.credentials.admin, 'PATCH', UNKNOWN, { name: '' })).toMatchObject({ status: 400 });
  for (const action of ['rotate', 'revoke', 'suspend', 'reactivate']) {
    expect(await api.call(scoped, 'POST', `${UNKNOWN}/${action}`, { reason: 5 })).toMatchObject({ status: 422 });
  }
});

it('asks for grants before the replay', async () => {
  const once = { 'idempotency-key': 'grants-first' };
  const full = await api.key({ scopes: ['keys:manage'] });
  const body = { name: 'x' };
  expect((await api.call(full.secret, 'POST', '/v1/api-keys', body, once)).status).toBe(201);
  await api.call(api.credentials.admin, 'PATCH', `/v1/api-keys/${full.id}`, { access: 'scoped' });
  expect(await api.call(full.secret, 'POST', '/v1/api-keys', body, once)).toMatchObject({ status: 403 });
  expect(await api.call(full.secret, 'POST', '/v1/api-keys', { name: 'y' }, once)).toMatchObject({
    ...{ status: 403, code: 'scope_grant_forbidden' },
  });
});

it('asks for grants before existence, but for rotate existence first', async () => {
  expect(await api.call(scoped, 'PATCH', UNKNOWN, { scopes: ['audit:read'] })).toMatchObject({
    ...{ status: 403, code: 'scope_grant_forbidden' },
  });
  expect(await api.call(scoped, 'POST', `${UNKNOWN}/rotate`)).toMatchObject({ status: 404 });
});

it('replays before it asks for existence or state', async () => {
  const { id } = await api.key();
  const once = { 'idempotency-key': 'replay-first' };
  const call = (method: string, path: string, body?: unknown) =>
    api.call(api.credentials.admin, method, `/v1/api-keys/${id}${path}`, body, once);
  expect((await call('PATCH', '', { name: 'x' })).status).toBe(200);
  expect((await call('POST', '/suspend')).status).toBe(200);
  expect((await call('POST', '/revoke')).status).toBe(200);
  expect((await call('PATCH', '', { name: 'x' })).headers.get('idempotent-replayed')).toBe('true');
  expect((await call('POST', '/suspend')).headers.get('idempotent-replayed')).toBe('true');
  await api.call(api.credentials.admin, 'DELETE', `/v1/api-keys/${id}`);
  for (const again of [await call('PATCH', '', { name: 'x' }), await call('POST', '/revoke')]) {
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
  }
  expect(await call('PATCH', '', { name: 'y' })).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
});

it('asks for existence before state', async () => {
  const { id } = await api.key();
  await api.call(api.credentials.admin, 'POST', `/v1/api-keys/${id}/revoke`);
  expect(await api.call(api.credentials.admin, 'POST', `/v1/api-keys/${id}/suspend`)).toMatchObject({ status: 409 });
  await api.call(api.credentials.admin, 'DELETE', `/v1/api-keys/${id}`);
  expect(await api.call(api.credentials.admin, 'POST', `/v1/api-keys/${id}/suspend`)).toMatchObject({ status: 404 });
});

it('asks of webhooks for the permission, the shape, the rights, the replay, existence and state in this order', async () => {
  const { admin } = api.credentials;
  const { path } = await makeWebhook(api, { events: ['api_key.created'] });
  const { id, secret } = await api.key({ access: 'scoped', scopes: ['webhooks:write'] });
  const unreadable = { url: WEBHOOK_URL, events: ['api_key.created'] };
  const ask = (method: string, at: string, body: unknown, headers = {}) => api.call(secret, method, at, body, headers);

  expect(await api.call(plain, 'POST', '/v1/webhooks', unreadable)).toMatchObject({ status: 403 });
  expect(await api.call(scoped, 'POST', '/v1/webhooks', WRONG)).toMatchObject({ status: 403 });
  for (const [body, status] of [
    [{ ...unreadable, url: 'https://10.0.0.1/' }, 400],
    [{ ...unreadable, events: ['api_key.created', 'job.started'] }, 422],
    [{ ...unreadable, description: 5 }, 422],
  ] as const) {
    expect(await ask('POST', '/v1/webhooks', body)).toMatchObject({ status });
    expect(await ask('PATCH', path, body)).toMatchObject({ status });
  }
  expect(await ask('POST', `${path}/test`, { event_type: 'job.started' })).toMatchObject({ status: 422 });
  expect(await ask('POST', `${path}/replay`, { since: 2, until: 1 })).toMatchObject({ status: 422 });
  expect(await ask('POST', `${path}/rotate-secret`, { overlap_seconds: -1 })).toMatchObject({ status: 422 });

  const unknown = '/v1/webhooks/whk_00000000000000000000';
  // What it is to be sent says itself what has to be readable; of one that is not there nothing else does.
  expect(await ask('PATCH', unknown, { events: ['api_key.created'] })).toMatchObject({ status: 403 });
  expect(await ask('PATCH', unknown, {})).toMatchObject({ status: 404 });
  await api.call(admin, 'POST', `${path}/pause`);
  const test = { event_type: 'api_key.created' };
  expect(await ask('POST', `${path}/test`, test)).toMatchObject({ status: 403 });
  await api.call(admin, 'PATCH', `/v1/api-keys/${id}`, { scopes: ['webhooks:write', 'keys:manage'] });
  expect(await ask('POST', `${path}/test`, test)).toMatchObject({ status: 409, code: 'webhook_paused' });

  const once = { 'idempotency-key': 'webhook-order' };
  expect(await ask('POST', `${path}/rotate-secret`, {}, once)).toMatchObject({ status: 200 });
  await api.call(admin, 'DELETE', path);
  expect((await ask('POST', `${path}/rotate-secret`, {}, once)).headers.get('idempotent-replayed')).toBe('true');
  expect(await ask('POST', `${path}/test`, test)).toMatchObject({ status: 404 });
});
