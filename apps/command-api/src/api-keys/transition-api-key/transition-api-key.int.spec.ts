import { RunningApi, type ApiAnswer } from '../../testing/running-api.js';

let api: RunningApi;
beforeAll(async () => {
  api = await RunningApi.start();
});
afterAll(() => api.stop());

const act = (id: string, action: string, body: unknown = undefined): Promise<ApiAnswer> =>
  api.call(api.credentials.admin, 'POST', `/v1/api-keys/${id}/${action}`, body);
const codeOf = async (secret: string): Promise<unknown> =>
  (await api.call(api.credentials.admin, 'POST', '/v1/api-keys/verify', { key: secret })).body['code'];
const eventsOf = async (written: ApiAnswer, id: string): Promise<unknown[]> => {
  const { body } = await api.getAfter(written, `/v1/api-keys/${id}/history`);
  return (body['data'] as { event_type: string }[]).map(({ event_type: type }) => type.replace('api_key.', ''));
};

it('revokes for good, once', async () => {
  const { id, secret } = await api.key({ scopes: ['reports:read'] });
  const answer = await act(id, 'revoke', { reason: 'left\nthe team' });
  expect([answer.status, answer.body]).toMatchObject([
    200,
    {
      ...{ id, status: 'revoked', revoked: true, scopes: [], access: 'scoped', revocation_reason: 'left\nthe team' },
      revoked_at: expect.any(Number) as number,
    },
  ]);
  expect(await codeOf(secret)).toBe('revoked');
  expect((await api.getAfter(answer, `/v1/api-keys/${id}`)).body).toEqual(answer.body);
  const again = await act(id, 'revoke', { reason: 'another' });
  expect([again.status, again.body]).toEqual([200, answer.body]);
  expect(await eventsOf(again, id)).toEqual(['created', 'revoked']);
});

it('suspends and reactivates, each once', async () => {
  const { id, secret } = await api.key();
  const suspended = await act(id, 'suspend', { reason: 'odd traffic' });
  expect(suspended.body).toMatchObject({
    ...{
      status: 'suspended',
      suspension_reason: 'odd traffic',
      suspended_at: expect.any(Number) as number,
      revoked: false,
    },
  });
  expect(await codeOf(secret)).toBe('suspended');
  expect(await api.call(secret, 'GET', '/v1/whoami')).toMatchObject({ status: 401, code: 'invalid_api_key' });
  expect((await act(id, 'suspend', { reason: 'again' })).body).toEqual(suspended.body);
  const back = await act(id, 'reactivate', { reason: 'known' });
  expect(back.body).toMatchObject({ status: 'active', suspended_at: null, suspension_reason: null });
  expect(await codeOf(secret)).toBe('valid');
  const again = await act(id, 'reactivate');
  expect(again.body).toEqual({ ...back.body, last_used_at: expect.any(Number) as number });
  expect(await eventsOf(again, id)).toEqual(['created', 'suspended', 'reactivated']);
});

it('revokes a suspended, a rotating and an expired key too', async () => {
  const [suspended, rotating] = [await api.key(), await api.key()];
  const expired = await api.key({ seconds_until_expiration: 1 });
  await act(suspended.id, 'suspend');
  await act(rotating.id, 'rotate', { grace_period_seconds: 600 });
  while ((await codeOf(expired.secret)) !== 'expired') await new Promise((resolve) => setTimeout(resolve, 50));
  for (const { id, secret } of [suspended, rotating, expired]) {
    expect((await act(id, 'revoke')).body).toMatchObject({
      status: 'revoked',
      revoked: true,
      expired: id === expired.id,
    });
    expect(await codeOf(secret)).toBe('revoked');
  }
});

it('answers 409 where a key cannot be suspended or reactivated any more', async () => {
  const [revoked, rotating] = [await api.key(), await api.key()];
  const expired = await api.key({ seconds_until_expiration: 1 });
  await act(revoked.id, 'revoke');
  await act(rotating.id, 'rotate', { grace_period_seconds: 600 });
  while ((await codeOf(expired.secret)) !== 'expired') await new Promise((resolve) => setTimeout(resolve, 50));
  for (const action of ['suspend', 'reactivate']) {
    for (const { id } of [revoked, rotating, expired]) {
      expect(await act(id, action)).toMatchObject({ status: 409, code: 'api_key_not_active' });
    }
  }
});

it.each(['revoke', 'suspend', 'reactivate'])('takes a reason and nothing else to %s', async (action) => {
  const { id } = await api.key();
  expect((await act(id, action, { reason: null })).status).toBe(200);
  expect((await act((await api.key()).id, action, { reason: '😀'.repeat(2_000) })).status).toBe(200);
  for (const reason of ['r'.repeat(2_001), 'a\u0000', 5, [], { a: 1 }]) {
    expect(await act(id, action, { reason })).toMatchObject({ status: 422, fields: ['reason'] });
  }
  expect(await act(id, action, { resaon: 'x' })).toMatchObject({ status: 422, fields: ['resaon'] });
  expect(await act('ak_00000000000000000000', action)).toMatchObject({ status: 404, code: 'api_key_not_found' });
});

it('lets a key with keys:manage stop even one that holds more', async () => {
  const { secret } = await api.key({ access: 'scoped', scopes: ['keys:manage'] });
  const { id } = await api.key({ scopes: ['audit:read'] });
  for (const action of ['suspend', 'reactivate', 'revoke']) {
    expect((await api.call(secret, 'POST', `/v1/api-keys/${id}/${action}`)).status).toBe(200);
  }
});
