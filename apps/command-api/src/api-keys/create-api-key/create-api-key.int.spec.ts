import { RunningApi, type ApiAnswer } from '../../testing/running-api.js';

/** Jest's matchers are of type any. */
const A_TEXT = expect.any(String) as unknown;
const A_NUMBER = expect.any(Number) as unknown;

let api: RunningApi;
beforeAll(async () => {
  api = await RunningApi.start();
});
afterAll(() => api.stop());

const create = (body: unknown, credential = api.credentials.admin): Promise<ApiAnswer> =>
  api.call(credential, 'POST', '/v1/api-keys', body);
const manager = (scopes: readonly string[], access?: string) =>
  api.key({ scopes: ['keys:manage', ...scopes], ...(access === undefined ? {} : { access }) });

it('answers 201 with the key, its secret, where it is and the position', async () => {
  const before = Math.floor(Date.now() / 1_000);
  const answer = await create({ name: '  GRC pipeline ' });
  expect([answer.status, answer.body]).toEqual([
    201,
    {
      ...{ id: A_TEXT, name: 'GRC pipeline', description: null, type: 'service', environment: 'live' },
      ...{ access: 'full', scopes: [], status: 'active', hint: A_TEXT, secret: A_TEXT },
      ...{ created_at: A_NUMBER, updated_at: answer.body['created_at'], expires_at: null },
      ...{ last_used_at: null, revoked: false, expired: false, revoked_at: null, revocation_reason: null },
      ...{ suspended_at: null, suspension_reason: null, rotated_from: null, rotated_to: null },
      ...{ grace_expires_at: null, created_by: { type: 'user', id: 'user_admin' }, created_by_user_id: 'user_admin' },
    },
  ]);
  const { id, secret, hint, created_at: createdAt } = answer.body;
  expect(createdAt).toBeGreaterThanOrEqual(before);
  expect(secret).toMatch(/^ak_live_[0-9A-Za-z]{69}$/);
  expect(hint).toBe(`${String(secret).slice(0, 12)}…${String(secret).slice(-4)}`);
  expect(answer.headers.get('location')).toBe(`/v1/api-keys/${String(id)}`);
  const { secret: _secret, ...shown } = answer.body;
  expect((await api.getAfter(answer, `/v1/api-keys/${String(id)}`)).body).toEqual(shown);
});

it('makes what was asked for', async () => {
  const answer = await create({
    ...{ name: '🔑'.repeat(200), description: 'a\tb\r\nc', type: 'user', environment: 'test' },
    ...{ scopes: ['reports:read', 'audit:read', 'reports:read'], seconds_until_expiration: 60 },
  });
  const { body } = answer;
  expect(body).toMatchObject({
    ...{ name: '🔑'.repeat(200), description: 'a\tb\r\nc', type: 'user', environment: 'test', access: 'scoped' },
    ...{ scopes: ['reports:read', 'audit:read'], expires_at: Number(body['created_at']) + 60 },
  });
  expect(body['secret']).toMatch(/^ak_test_/);
});

it('says that a key made it where a key did', async () => {
  const { id, secret } = await manager([]);
  expect((await create({ name: 'x' }, secret)).body).toMatchObject({
    created_by: { type: 'api_key', id },
    created_by_user_id: null,
  });
});

it.each([
  ['empty', ''],
  ['blank', '   '],
  ['of tabs and line breaks', '\t\r\n'],
  ['of no-break spaces', '\u00a0\u2003'],
  ['blank and long', ' '.repeat(5_000)],
])('answers 400 invalid_name to a name that is %s', async (_, name) => {
  expect(await create({ name })).toMatchObject({ status: 400, code: 'invalid_name' });
});

it.each([
  ['one character', 'x', 201],
  ['200 code points', 'n'.repeat(200), 201],
  ['200 code points between blanks without number', `${' '.repeat(3_000)}${'n'.repeat(200)}  `, 201],
  ['201 code points', 'n'.repeat(201), 422],
  ['200 emoji', '😀'.repeat(200), 201],
  ['201 emoji', '😀'.repeat(201), 422],
  ['a tab inside', 'a\tb', 422],
  ['a NUL', 'a\u0000b', 422],
  ['a lone surrogate', 'a\ud800', 422],
  ['a number', 5, 422],
  ['null', null, 422],
  ['a list', ['a'], 422],
  ['an object', { a: 1 }, 422],
  ['nothing', undefined, 422],
])('takes or refuses a name of %s', async (_, name, status) => {
  const answer = await create({ name });
  expect([answer.status, answer.fields]).toEqual([status, status === 422 ? ['name'] : []]);
});

it.each<[Record<string, unknown>, string]>([
  [{ description: 'd'.repeat(2_001) }, 'description'],
  [{ description: 'a\u0007' }, 'description'],
  [{ description: 5 }, 'description'],
  [{ type: 'robot' }, 'type'],
  [{ type: null }, 'type'],
  [{ environment: 'LIVE' }, 'environment'],
  [{ access: 'partial' }, 'access'],
  [{ access: 'full', scopes: ['reports:read'] }, 'access'],
  [{ scopes: 'reports:read' }, 'scopes'],
  [{ scopes: [5] }, 'scopes'],
  [{ scopes: null }, 'scopes'],
  [{ scopes: Array.from({ length: 201 }, () => 'reports:read') }, 'scopes'],
  [{ seconds_until_expiration: 0 }, 'seconds_until_expiration'],
  [{ seconds_until_expiration: -1 }, 'seconds_until_expiration'],
  [{ seconds_until_expiration: 1.5 }, 'seconds_until_expiration'],
  [{ seconds_until_expiration: '60' }, 'seconds_until_expiration'],
  [{ seconds_until_expiration: null }, 'seconds_until_expiration'],
  [{ seconds_until_expiration: 315_360_001 }, 'seconds_until_expiration'],
  [{ seconds_until_expiration: 2 ** 53 }, 'seconds_until_expiration'],
  [{ preset: 'nothing' }, 'preset'],
  [{ preset: 5 }, 'preset'],
  [{ preset: 'read_only', scopes: [] }, 'scopes'],
  [{ preset: 'read_only', access: 'scoped' }, 'access'],
  [{ nmae: 'x' }, 'nmae'],
  [{ secret: 'x' }, 'secret'],
  [{ constructor: 5 }, 'constructor'],
  [{ toString: 5 }, 'toString'],
])('answers 422 with the field to %j', async (fields, field) => {
  const answer = await create({ name: 'x', ...fields });
  expect([answer.status, answer.code, answer.fields]).toEqual([422, 'validation_failed', [field]]);
});

it('answers 422 unknown_scope, naming each', async () => {
  const answer = await create({ name: 'x', scopes: ['reports:read', 'reports:burn', 'api-keys:write', '*'] });
  expect(answer).toMatchObject({ status: 422, code: 'unknown_scope', fields: ['scopes.1', 'scopes.2', 'scopes.3'] });
});

it.each<[Record<string, unknown>, string, readonly string[]]>([
  [{}, 'full', []],
  [{ scopes: [] }, 'full', []],
  [{ access: 'scoped' }, 'scoped', []],
  [{ scopes: ['keys:manage', 'audit:read'] }, 'full', ['keys:manage', 'audit:read']],
  [{ access: 'scoped', scopes: ['keys:manage'] }, 'scoped', ['keys:manage']],
  [{ scopes: ['reports:*'] }, 'scoped', ['reports:*']],
  [{ preset: 'worker' }, 'scoped', ['jobs:work']],
  [{ preset: 'auditor' }, 'scoped', ['audit:read']],
  [{ preset: 'job_submitter' }, 'scoped', ['jobs:read', 'jobs:write', 'extract:read', 'extract:write']],
])('grants what %j stands for', async (fields, access, scopes) => {
  expect((await create({ name: 'x', ...fields })).body).toMatchObject({ access, scopes });
});

it('lets a key grant what it holds and nothing else', async () => {
  const scoped = await manager(['reports:read', 'documents:*', 'jobs:read', 'jobs:write', 'jobs:work']);
  const full = await manager([]);
  const attempts: readonly [string, Record<string, unknown>, number][] = [
    [scoped.secret, { scopes: ['reports:read', 'documents:write', 'documents:*'] }, 201],
    [scoped.secret, { access: 'scoped', scopes: [] }, 201],
    [scoped.secret, { scopes: ['reports:compare'] }, 403],
    [scoped.secret, { scopes: ['reports:*'] }, 403],
    [scoped.secret, {}, 403],
    [scoped.secret, { access: 'full' }, 403],
    [scoped.secret, { preset: 'read_only' }, 403],
    [scoped.secret, { preset: 'worker' }, 201],
    [scoped.secret, { scopes: ['keys:manage'] }, 403],
    [full.secret, {}, 201],
    [full.secret, { scopes: ['reports:*', 'jobs:write'] }, 201],
    [full.secret, { scopes: ['jobs:work'] }, 403],
    [full.secret, { scopes: ['jobs:*'] }, 403],
    ...['keys:manage', 'keys:verify', 'audit:read'].map((scope): [string, Record<string, unknown>, number] => [
      full.secret,
      { scopes: [scope] },
      403,
    ]),
    [full.secret, { preset: 'auditor' }, 403],
  ];
  for (const [credential, body, status] of attempts) {
    const answer = await create({ name: 'x', ...body }, credential);
    expect([body, answer.status, answer.code]).toEqual([body, status, status === 403 ? 'scope_grant_forbidden' : null]);
  }
});

it('answers 401 to roles that may not, 403 to a key without the scope', async () => {
  const { member, auditor, platform } = api.credentials;
  for (const credential of [member, auditor, platform, 'nonsense']) {
    expect(await create({ name: 'x' }, credential)).toMatchObject({ status: 401, code: 'unauthorized' });
  }
  const { secret } = await api.key({ scopes: ['audit:read', 'keys:verify'] });
  const answer = await create({ name: 'x' }, secret);
  expect([answer.status, answer.body]).toMatchObject([
    403,
    { detail: { code: 'insufficient_scope', required_scope: 'keys:manage' } },
  ]);
});
