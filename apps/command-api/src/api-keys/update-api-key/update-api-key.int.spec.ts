import { RunningApi, type ApiAnswer } from '../../testing/running-api.js';

let api: RunningApi;
beforeAll(async () => {
  api = await RunningApi.start();
});
afterAll(() => api.stop());

const patch = (id: string, body: unknown, credential = api.credentials.admin): Promise<ApiAnswer> =>
  api.call(credential, 'PATCH', `/v1/api-keys/${id}`, body);
const act = (id: string, action: string, body: unknown = {}): Promise<ApiAnswer> =>
  api.call(api.credentials.admin, 'POST', `/v1/api-keys/${id}/${action}`, body);

it('answers 200 with the key as it is read from then on', async () => {
  const { id } = await api.key({ description: 'before' });
  const answer = await patch(id, { name: ' New ', description: 'after\n', scopes: ['reports:read'] });
  expect([answer.status, answer.body]).toMatchObject([
    200,
    { id, name: 'New', description: 'after\n', access: 'scoped', scopes: ['reports:read'] },
  ]);
  expect((await api.getAfter(answer, `/v1/api-keys/${id}`)).body).toEqual(answer.body);
});

it('leaves what is not named, and clears a description with null', async () => {
  const { id } = await api.key({ name: 'Kept', description: 'gone soon', scopes: ['reports:read'] });
  expect((await patch(id, { description: null })).body).toMatchObject({
    ...{ name: 'Kept', description: null, access: 'scoped', scopes: ['reports:read'] },
  });
});

it('writes no event where nothing changes, and answers a position all the same', async () => {
  const { id } = await api.key({ name: 'Same', scopes: ['audit:read'] });
  for (const body of [undefined, {}, { name: ' Same' }, { scopes: ['audit:read'] }, { access: 'full' }]) {
    const answer = await patch(id, body);
    expect([body, answer.status]).toEqual([body, 200]);
    const history = await api.getAfter(answer, `/v1/api-keys/${id}/history`);
    expect(history.body['data']).toHaveLength(1);
  }
});

it.each<[Record<string, unknown>, Record<string, unknown>, Record<string, unknown>]>([
  [{}, { scopes: ['reports:read'] }, { access: 'scoped', scopes: ['reports:read'] }],
  [{ scopes: ['reports:read'] }, { scopes: [] }, { access: 'full', scopes: [] }],
  [{ scopes: ['reports:read'] }, { scopes: ['keys:manage'] }, { access: 'full', scopes: ['keys:manage'] }],
  [{ scopes: ['reports:read'] }, { scopes: [], access: 'scoped' }, { access: 'scoped', scopes: [] }],
  [{ scopes: ['audit:read'] }, { access: 'scoped' }, { access: 'scoped', scopes: ['audit:read'] }],
  [{ access: 'scoped', scopes: ['audit:read'] }, { access: 'full' }, { access: 'full', scopes: ['audit:read'] }],
])('makes of a key with %j by %j one with %j', async (before, change, after) => {
  const { id } = await api.key(before);
  expect((await patch(id, change)).body).toMatchObject(after);
});

it.each<[Record<string, unknown>, number, string, readonly string[]]>([
  [{ name: '' }, 400, 'invalid_name', []],
  [{ name: '\t \n' }, 400, 'invalid_name', []],
  [{ name: 'n'.repeat(201) }, 422, 'validation_failed', ['name']],
  [{ name: null }, 422, 'validation_failed', ['name']],
  [{ description: 'd'.repeat(2_001) }, 422, 'validation_failed', ['description']],
  [{ access: 'full', scopes: ['reports:read'] }, 422, 'validation_failed', ['access']],
  [{ access: null }, 422, 'validation_failed', ['access']],
  [{ scopes: null }, 422, 'validation_failed', ['scopes']],
  [{ scopes: ['no:such'] }, 422, 'unknown_scope', ['scopes.0']],
  [{ preset: 'read_only' }, 422, 'validation_failed', ['preset']],
  [{ type: 'user' }, 422, 'validation_failed', ['type']],
  [{ environment: 'test' }, 422, 'validation_failed', ['environment']],
  [{ seconds_until_expiration: 60 }, 422, 'validation_failed', ['seconds_until_expiration']],
  [{ status: 'revoked' }, 422, 'validation_failed', ['status']],
])('refuses %j with %i %s', async (body, status, code, fields) => {
  const { id } = await api.key();
  expect(await patch(id, body)).toMatchObject({ status, code, fields });
});

it('answers 422 where a key that has a resource scope is asked to be full with it', async () => {
  const { id } = await api.key({ scopes: ['reports:read'] });
  expect(await patch(id, { access: 'full' })).toMatchObject({ status: 422, fields: ['access'] });
});

it('answers 404 to a key that is not there, or no longer', async () => {
  const { id } = await api.key();
  await api.call(api.credentials.admin, 'DELETE', `/v1/api-keys/${id}`);
  for (const gone of [id, 'ak_00000000000000000000', 'ak_short', 'x'.repeat(3_000)]) {
    expect(await patch(gone, { name: 'x' })).toMatchObject({ status: 404, code: 'api_key_not_found' });
  }
});

it('answers 409 of a key that is revoked, rotating or rotated away, and changes a suspended one', async () => {
  const [revoked, rotating, rotated, suspended] = [await api.key(), await api.key(), await api.key(), await api.key()];
  await act(revoked.id, 'revoke');
  await act(rotating.id, 'rotate', { grace_period_seconds: 600 });
  await act(rotated.id, 'rotate');
  await act(suspended.id, 'suspend');
  for (const { id } of [revoked, rotating, rotated]) {
    expect(await patch(id, { name: 'x' })).toMatchObject({ status: 409, code: 'api_key_not_active' });
  }
  expect((await patch(suspended.id, { name: 'x' })).body).toMatchObject({ name: 'x', status: 'suspended' });
});

it('measures what a key may grant by what its change adds', async () => {
  const { secret } = await api.key({ scopes: ['keys:manage', 'reports:read'] });
  const stronger = await api.key({ scopes: ['audit:read', 'documents:read'] });
  const attempts: readonly [Record<string, unknown>, number][] = [
    [{ name: 'x' }, 200],
    [{ scopes: ['audit:read', 'documents:read', 'reports:read'] }, 200],
    [{ scopes: ['audit:read', 'documents:read', 'keys:verify'] }, 403],
    [{ scopes: ['documents:read', 'documents:write'] }, 403],
    [{ scopes: ['audit:read'] }, 403],
    [{ scopes: ['audit:read'], access: 'scoped' }, 200],
    [{ access: 'full' }, 403],
    [{ scopes: [], access: 'scoped' }, 200],
    [{ scopes: ['audit:read'], access: 'scoped' }, 403],
  ];
  for (const [body, status] of attempts) {
    const answer = await patch(stronger.id, body, secret);
    expect([body, answer.status, answer.code]).toEqual([body, status, status === 403 ? 'scope_grant_forbidden' : null]);
  }
});
