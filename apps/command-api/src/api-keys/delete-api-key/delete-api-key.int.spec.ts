import { RunningApi, type ApiAnswer } from '../../testing/running-api.js';

let api: RunningApi;
beforeAll(async () => {
  api = await RunningApi.start();
});
afterAll(() => api.stop());

const remove = (id: string, body: unknown = undefined, credential = api.credentials.admin): Promise<ApiAnswer> =>
  api.call(credential, 'DELETE', `/v1/api-keys/${id}`, body);
const codeOf = async (secret: string): Promise<unknown> =>
  (await api.call(api.credentials.admin, 'POST', '/v1/api-keys/verify', { key: secret })).body['code'];

it('answers 204 and takes the key out of everything but its history', async () => {
  const { id, secret } = await api.key({ name: 'Gone' });
  const answer = await remove(id);
  expect([answer.status, answer.text]).toEqual([204, '']);
  expect(await codeOf(secret)).toBe('not_found');
  expect(await api.call(secret, 'GET', '/v1/whoami')).toMatchObject({ status: 401, code: 'invalid_api_key' });
  expect(await api.getAfter(answer, `/v1/api-keys/${id}`)).toMatchObject({ status: 404, code: 'api_key_not_found' });
  expect((await api.getAfter(answer, '/v1/api-keys?q=Gone')).body['data']).toEqual([]);
  const history = await api.getAfter(answer, `/v1/api-keys/${id}/history`, api.credentials.auditor);
  expect(history.body['data']).toMatchObject([{ event_type: 'api_key.created' }, { event_type: 'api_key.deleted' }]);
});

it('answers 404 to what is not there, a second delete included', async () => {
  const { id } = await api.key();
  expect((await remove(id)).status).toBe(204);
  for (const gone of [id, 'ak_00000000000000000000', 'verify', '%00']) {
    expect(await remove(gone)).toMatchObject({ status: 404, code: 'api_key_not_found' });
  }
  for (const action of ['rotate', 'revoke', 'suspend', 'reactivate']) {
    const answer = await api.call(api.credentials.admin, 'POST', `/v1/api-keys/${id}/${action}`);
    expect([action, answer.status]).toEqual([action, 404]);
  }
});

it('leaves the other keys of its lineage', async () => {
  const { id } = await api.key();
  const turned = await api.call(api.credentials.admin, 'POST', `/v1/api-keys/${id}/rotate`, {});
  await remove(id);
  expect(await codeOf(String(turned.body['secret']))).toBe('valid');
});

it.each(['revoke', 'suspend', 'rotate'])('deletes a key after %s', async (action) => {
  const { id } = await api.key();
  await api.call(api.credentials.admin, 'POST', `/v1/api-keys/${id}/${action}`, {});
  expect((await remove(id)).status).toBe(204);
});

it('takes no body, an empty object, and nothing else', async () => {
  expect((await remove((await api.key()).id, {})).status).toBe(204);
  const { id } = await api.key();
  expect(await remove(id, { reason: 'x' })).toMatchObject({ status: 422, fields: ['reason'] });
  expect(await remove(id, '[]')).toMatchObject({ status: 422, fields: ['body'] });
  expect(await remove(id, '{')).toMatchObject({ status: 400, code: 'malformed_json' });
});

it('answers a replay though the key is gone', async () => {
  const { id } = await api.key();
  const once = { 'idempotency-key': 'delete-once' };
  const first = await api.call(api.credentials.admin, 'DELETE', `/v1/api-keys/${id}`, undefined, once);
  const again = await api.call(api.credentials.admin, 'DELETE', `/v1/api-keys/${id}`, undefined, once);
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([204, 'true']);
  expect(again.headers.get('x-log-position')).toBe(first.headers.get('x-log-position'));
});
