import { randomUUID } from 'node:crypto';
import { RunningApi, type ApiAnswer } from '../../testing/running-api.js';

let api: RunningApi;
beforeAll(async () => {
  api = await RunningApi.start();
});
afterAll(() => api.stop());

const create = (idempotencyKey: string, body: unknown = { name: 'Once' }, credential = api.credentials.admin) =>
  api.call(credential, 'POST', '/v1/api-keys', body, { 'idempotency-key': idempotencyKey });
const isReplay = ({ headers }: ApiAnswer): boolean => headers.get('idempotent-replayed') === 'true';
/** What a replay gives again. */
const kept = ({ status, text, headers }: ApiAnswer): unknown => ({
  ...{ status, text, position: headers.get('x-log-position'), location: headers.get('location') },
});

it('answers the first status, body, position and location again, secret included', async () => {
  const first = await create('first');
  expect([first.status, isReplay(first), first.headers.get('idempotent-replayed')]).toEqual([201, false, null]);
  for (const body of [{ name: 'Once' }, ' {"name" : "Once"} ', '{"name":"Onc\\u0065"}']) {
    const again = await create('first', body);
    expect([isReplay(again), kept(again)]).toEqual([true, kept(first)]);
  }
  const list = await api.getAfter(first, '/v1/api-keys?q=Once');
  expect(list.body['data']).toHaveLength(1);
});

it('takes no body and an empty object for the same body', async () => {
  const { id } = await api.key();
  const revoke = (body?: unknown) =>
    api.call(api.credentials.admin, 'POST', `/v1/api-keys/${id}/revoke`, body, { 'idempotency-key': 'empty' });
  expect(isReplay(await revoke())).toBe(false);
  for (const body of [{}, undefined, ' { } ']) expect(isReplay(await revoke(body))).toBe(true);
});

it('keeps the answer of every route that writes', async () => {
  const { id } = await api.key({ scopes: ['reports:read'] });
  const writes: readonly [string, string, unknown][] = [
    ['PATCH', `/v1/api-keys/${id}`, { name: 'New' }],
    ['POST', `/v1/api-keys/${id}/suspend`, { reason: 'a' }],
    ['POST', `/v1/api-keys/${id}/reactivate`, {}],
    ['POST', `/v1/api-keys/${id}/rotate`, { grace_period_seconds: 60 }],
    ['POST', `/v1/api-keys/${id}/revoke`, {}],
    ['DELETE', `/v1/api-keys/${id}`, undefined],
    ['POST', '/v1/system_audit_log/export_ack', { row_count: 5 }],
  ];
  const call = ([method, path, body]: (typeof writes)[number]) =>
    api.call(api.credentials.admin, method, path, body, { 'idempotency-key': 'one for all routes' });
  const answers: ApiAnswer[] = [];
  for (const write of writes) answers.push(await call(write));
  // A key of blanks is none.
  expect(answers.map(({ status, fields }) => [status, fields])).toEqual(writes.map(() => [422, ['Idempotency-Key']]));
  const callOnce = ([method, path, body]: (typeof writes)[number]) =>
    api.call(api.credentials.admin, method, path, body, { 'idempotency-key': 'one-for-all-routes' });
  for (const write of writes) {
    const first = await callOnce(write);
    expect([write[1], first.status < 300, isReplay(first)]).toEqual([write[1], true, false]);
    answers.push(first);
  }
  for (const [index, write] of writes.entries()) {
    const again = await callOnce(write);
    expect([write[1], isReplay(again), kept(again)]).toEqual([
      ...[write[1], true, kept(answers[writes.length + index] ?? again)],
    ]);
  }
});

it('answers 422 to the same key with another body, and forgets nothing by it', async () => {
  const first = await create('reused');
  for (const body of [{ name: 'Other' }, { name: 'Once', description: null }]) {
    expect(await create('reused', body)).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
  }
  expect(kept(await create('reused'))).toEqual(kept(first));
});

it.each([
  ['organization', () => create('scoped', { name: 'x' }, api.credentials.other)],
  ['subject', async () => create('scoped', { name: 'x' }, await otherAdmin())],
  ['key', async () => create('scoped', { name: 'x' }, (await api.key({ scopes: ['keys:manage'] })).secret)],
  [
    'path',
    async () => {
      const path = `/v1/api-keys/${(await api.key()).id}/suspend`;
      return api.call(api.credentials.admin, 'POST', path, { reason: 'x' }, { 'idempotency-key': 'scoped' });
    },
  ],
])('is another request for another %s', async (_, call) => {
  await create('scoped', { name: 'x' });
  const answer = await call();
  expect([answer.status < 300, isReplay(answer)]).toEqual([true, false]);
});

const otherAdmin = () => api.issuer.sign({ org: 'org_a', user: 'user_2', role: 'admin' });

it('is the same request for the same person with a new token', async () => {
  await create('token', { name: 'x' });
  const token = await api.issuer.sign({ org: 'org_a', user: 'user_admin', role: 'admin', expiresInSeconds: 60 });
  expect(isReplay(await create('token', { name: 'x' }, token))).toBe(true);
});

it('is the same request for a key and the key that it was rotated into', async () => {
  const { id, secret } = await api.key({ scopes: ['keys:manage'] });
  const once = { 'idempotency-key': 'self' };
  const first = await api.call(secret, 'POST', `/v1/api-keys/${id}/rotate`, {}, once);
  for (const credential of [secret, String(first.body['secret'])]) {
    const again = await api.call(credential, 'POST', `/v1/api-keys/${id}/rotate`, {}, once);
    expect([isReplay(again), kept(again)]).toEqual([true, kept(first)]);
  }
});

it('authorizes the caller before a replay', async () => {
  const { id, secret } = await api.key({ scopes: ['keys:manage', 'reports:read'] });
  expect((await create('authorized', { name: 'x', scopes: ['reports:read'] }, secret)).status).toBe(201);
  await api.call(api.credentials.admin, 'PATCH', `/v1/api-keys/${id}`, { access: 'scoped', scopes: ['keys:manage'] });
  expect(await create('authorized', { name: 'x', scopes: ['reports:read'] }, secret)).toMatchObject({ status: 403 });
  await api.call(api.credentials.admin, 'PATCH', `/v1/api-keys/${id}`, { scopes: ['reports:read'] });
  expect(await create('authorized', { name: 'x', scopes: ['reports:read'] }, secret)).toMatchObject({
    ...{ status: 403, code: 'insufficient_scope' },
  });
  await api.call(api.credentials.admin, 'POST', `/v1/api-keys/${id}/revoke`);
  expect(await create('authorized', { name: 'x', scopes: ['reports:read'] }, secret)).toMatchObject({ status: 401 });
});

it('decides a refusal anew', async () => {
  const { id } = await api.key();
  const path = `/v1/api-keys/${id}/reactivate`;
  const once = { 'idempotency-key': 'refused' };
  await api.call(api.credentials.admin, 'POST', `/v1/api-keys/${id}/rotate`, { grace_period_seconds: 1 });
  expect(await api.call(api.credentials.admin, 'POST', path, { reason: 'x' }, once)).toMatchObject({ status: 409 });
  // Nothing was kept, so another body may follow.
  expect(await api.call(api.credentials.admin, 'POST', path, { reason: 'y' }, once)).toMatchObject({ status: 409 });
  expect((await create('blank', { name: ' ' })).status).toBe(400);
  expect([(await create('blank')).status, isReplay(await create('blank'))]).toEqual([201, true]);
});

it('makes one key of concurrent twins; each is answered with it or told to wait', async () => {
  const key = randomUUID();
  const answers = await Promise.all(Array.from({ length: 20 }, () => create(key, { name: 'Twin' })));
  const [made = [], waiting = []] = [
    answers.filter(({ status }) => status === 201),
    answers.filter(({ code }) => code === 'idempotency_in_flight'),
  ];
  expect([made.length + waiting.length, made.length > 0]).toEqual([20, true]);
  expect(new Set(made.map(({ text }) => text)).size).toBe(1);
  expect(waiting.every(({ status }) => status === 409)).toBe(true);
  const list = await api.getAfter(made[0] ?? answers[0] ?? (await create(key)), '/v1/api-keys?q=Twin');
  expect(list.body['data']).toHaveLength(1);
});

it.each([
  ['1 character', 'x', 201],
  ['255 characters', 'x'.repeat(255), 201],
  ['every visible one', '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~', 201],
  ['256 characters', 'x'.repeat(256), 422],
  ['none', '', 422],
  ['a blank', 'a b', 422],
  ['a tab', 'a\tb', 422],
  ['an umlaut', '\u00e4', 422],
])('takes or refuses an Idempotency-Key of %s', async (_, key, status) => {
  const answer = await create(key, { name: 'x' });
  expect([answer.status, answer.fields]).toEqual([status, status === 422 ? ['Idempotency-Key'] : []]);
});

it('ignores the header at a verification, which would outlive a revocation', async () => {
  const { id, secret } = await api.key();
  const verify = () =>
    api.call(api.credentials.admin, 'POST', '/v1/api-keys/verify', { key: secret }, { 'idempotency-key': 'a b' });
  expect((await verify()).body['code']).toBe('valid');
  await api.call(api.credentials.admin, 'POST', `/v1/api-keys/${id}/revoke`);
  const again = await verify();
  expect([again.body['code'], isReplay(again)]).toEqual(['revoked', false]);
});
