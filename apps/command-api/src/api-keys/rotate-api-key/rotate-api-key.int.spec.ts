import { RunningApi, type ApiAnswer } from '../../testing/running-api.js';

let api: RunningApi;
beforeAll(async () => {
  api = await RunningApi.start();
});
afterAll(() => api.stop());

const rotate = (id: string, body: unknown = undefined, credential = api.credentials.admin): Promise<ApiAnswer> =>
  api.call(credential, 'POST', `/v1/api-keys/${id}/rotate`, body);
const post = (path: string, body: unknown = {}): Promise<ApiAnswer> =>
  api.call(api.credentials.admin, 'POST', path, body);
const codeOf = async (secret: string): Promise<unknown> =>
  (await post('/v1/api-keys/verify', { key: secret })).body['code'];
const keyIn = ({ body }: ApiAnswer): { readonly id: string; readonly secret: string } => ({
  id: String(body['id']),
  secret: String(body['secret']),
});

it('answers 200 with a new key in the place of the old one, at once', async () => {
  const old = await api.key({ name: 'Turned', scopes: ['reports:read'], environment: 'test' });
  const answer = await rotate(old.id, { reason: 'leak' });
  const { id, secret } = keyIn(answer);
  expect([answer.status, answer.body]).toEqual([
    200,
    {
      ...{ id, name: 'Turned', secret, revoked_id: old.id, created_at: answer.body['created_at'], access: 'scoped' },
      ...{ scopes: ['reports:read'], expires_at: null, grace_expires_at: null },
    },
  ]);
  expect([id.slice(0, 19), secret.slice(0, 28)]).toEqual([old.id.slice(0, 19), `ak_test_${id.slice(3)}`]);
  expect([await codeOf(old.secret), await codeOf(secret)]).toEqual(['revoked', 'valid']);
  expect((await api.getAfter(answer, `/v1/api-keys/${old.id}`)).body).toMatchObject({
    ...{ status: 'revoked', revoked: true, revocation_reason: 'leak', rotated_to: id, scopes: [], access: 'scoped' },
  });
  expect((await api.getAfter(answer, `/v1/api-keys/${id}`)).body).toMatchObject({
    ...{ status: 'active', rotated_from: old.id, environment: 'test', created_by_user_id: 'user_admin' },
  });
});

it('keeps the old key inside its grace, and never more than two usable keys', async () => {
  const first = await api.key();
  const turned = await rotate(first.id, { grace_period_seconds: 600 });
  const second = keyIn(turned);
  expect(turned.body['grace_expires_at']).toBe(Number(turned.body['created_at']) + 600);
  expect([await codeOf(first.secret), await codeOf(second.secret)]).toEqual(['valid', 'valid']);
  expect((await api.getAfter(turned, `/v1/api-keys/${first.id}`)).body).toMatchObject({ status: 'rotating' });
  expect(await rotate(first.id)).toMatchObject({ status: 409, code: 'api_key_not_active' });
  const third = keyIn(await rotate(second.id, { grace_period_seconds: 600 }));
  expect([await codeOf(first.secret), await codeOf(second.secret), await codeOf(third.secret)]).toEqual([
    ...['revoked', 'valid', 'valid'],
  ]);
});

it('ends the grace no later than the old key, and counts its lifetime anew', async () => {
  const old = await api.key({ seconds_until_expiration: 100 });
  const expires = Number((await api.call(api.credentials.admin, 'PATCH', `/v1/api-keys/${old.id}`)).body['expires_at']);
  const { body } = await rotate(old.id, { grace_period_seconds: 86_400 });
  expect([body['grace_expires_at'], body['expires_at']]).toEqual([expires, Number(body['created_at']) + 100]);
  const longer = await rotate(String(body['id']), { seconds_until_expiration: 1_000 });
  expect(longer.body['expires_at']).toBe(Number(longer.body['created_at']) + 1_000);
});

it('gives a key that rotates itself 60 s, unless it names a grace', async () => {
  const first = await api.key({ scopes: ['keys:manage'] });
  const turned = await rotate(first.id, {}, first.secret);
  expect(turned.body['grace_expires_at']).toBe(Number(turned.body['created_at']) + 60);
  const second = keyIn(turned);
  const again = await rotate(second.id, { grace_period_seconds: 0 }, second.secret);
  expect([again.status, again.body['grace_expires_at']]).toEqual([200, null]);
  expect(await rotate(second.id, {}, second.secret)).toMatchObject({ status: 401, code: 'invalid_api_key' });
  const shown = await api.getAfter(again, `/v1/api-keys/${keyIn(again).id}`);
  expect(shown.body['created_by']).toEqual({ type: 'api_key', id: second.id });
});

it('shows no key the secret of one that holds more, nor a longer life', async () => {
  const manager = await api.key({ scopes: ['keys:manage', 'reports:read'], seconds_until_expiration: 1_000 });
  const target = (body: Record<string, unknown>) => api.key({ access: 'scoped', ...body });
  const attempts: readonly [Record<string, unknown>, Record<string, unknown>, number][] = [
    [{ scopes: ['reports:read'] }, {}, 200],
    [{ scopes: ['reports:read', 'keys:manage'] }, {}, 200],
    [{ scopes: [] }, { seconds_until_expiration: 5_000 }, 200],
    [{ scopes: ['reports:compare'] }, {}, 403],
    [{ scopes: ['audit:read'] }, {}, 403],
    [{ access: 'full' }, {}, 403],
    [{ seconds_until_expiration: 100 }, { seconds_until_expiration: 101 }, 403],
    [{ seconds_until_expiration: 100 }, { seconds_until_expiration: 100 }, 200],
  ];
  for (const [held, body, status] of attempts) {
    const answer = await rotate((await target(held)).id, body, manager.secret);
    expect([held, answer.status, answer.code]).toEqual([held, status, status === 403 ? 'scope_grant_forbidden' : null]);
  }
  const own = await rotate(manager.id, { seconds_until_expiration: 1_001 }, manager.secret);
  expect(own).toMatchObject({ status: 403, code: 'scope_grant_forbidden' });
});

it('asks for existence before grants', async () => {
  const { secret } = await api.key({ access: 'scoped', scopes: ['keys:manage'] });
  const stronger = await api.key();
  expect(await rotate(stronger.id, {}, secret)).toMatchObject({ status: 403 });
  await api.call(api.credentials.admin, 'DELETE', `/v1/api-keys/${stronger.id}`);
  for (const id of [stronger.id, 'ak_00000000000000000000']) {
    expect(await rotate(id, {}, secret)).toMatchObject({ status: 404, code: 'api_key_not_found' });
  }
});

it('answers a replay measured against what the key held, though it is rotated away or deleted', async () => {
  const old = await api.key();
  const weak = await api.key({ access: 'scoped', scopes: ['keys:manage'] });
  const once = { 'idempotency-key': 'rotate-once' };
  const path = `/v1/api-keys/${old.id}/rotate`;
  const first = await api.call(api.credentials.admin, 'POST', path, {}, once);
  await api.call(api.credentials.admin, 'DELETE', `/v1/api-keys/${old.id}`);
  const again = await api.call(api.credentials.admin, 'POST', path, {}, once);
  expect([again.status, again.body, again.headers.get('idempotent-replayed')]).toEqual([200, first.body, 'true']);
  expect(await api.call(weak.secret, 'POST', path, {}, once)).toMatchObject({ status: 404 });
});

it.each<[Record<string, unknown>, string]>([
  [{ grace_period_seconds: -1 }, 'grace_period_seconds'],
  [{ grace_period_seconds: 2_592_001 }, 'grace_period_seconds'],
  [{ grace_period_seconds: 0.5 }, 'grace_period_seconds'],
  [{ grace_period_seconds: null }, 'grace_period_seconds'],
  [{ seconds_until_expiration: 0 }, 'seconds_until_expiration'],
  [{ seconds_until_expiration: 315_360_001 }, 'seconds_until_expiration'],
  [{ reason: 'r'.repeat(2_001) }, 'reason'],
  [{ reason: 5 }, 'reason'],
  [{ name: 'x' }, 'name'],
])('answers 422 with the field to %j', async (body, field) => {
  expect(await rotate('ak_00000000000000000000', body)).toMatchObject({
    ...{ status: 422, code: 'validation_failed', fields: [field] },
  });
});

it('answers 409 of a key that is not active', async () => {
  const [revoked, suspended] = [await api.key(), await api.key()];
  await post(`/v1/api-keys/${revoked.id}/revoke`);
  await post(`/v1/api-keys/${suspended.id}/suspend`);
  for (const { id } of [revoked, suspended]) {
    expect(await rotate(id)).toMatchObject({ status: 409, code: 'api_key_not_active' });
  }
});
