import { RunningApi } from '../testing/running-api.js';

let api: RunningApi;
beforeAll(async () => {
  api = await RunningApi.start();
});
afterAll(() => api.stop());

const read = (position: string, path: string, credential = api.credentials.admin) =>
  api.call(credential, 'GET', path, undefined, { 'x-min-log-position': position });
const positionOf = ({ headers }: { readonly headers: Headers }): string => headers.get('x-log-position') ?? '';

it('shows each write to a read that asks for its position, in every read model', async () => {
  for (let n = 0; n < 10; n++) {
    const made = await api.call(api.credentials.admin, 'POST', '/v1/api-keys', { name: `Key ${n}` });
    const id = String(made.body['id']);
    const position = positionOf(made);
    expect(await read(position, `/v1/api-keys/${id}`)).toMatchObject({ status: 200 });
    expect((await read(position, `/v1/api-keys?q=${id}`)).body['data']).toHaveLength(1);
    const asOf = new Date().toISOString();
    expect(await read(position, `/v1/api-keys/${id}?as_of=${asOf}`)).toMatchObject({ status: 200 });
    for (const path of [
      `/v1/api-keys?q=${id}&as_of=${asOf}`,
      `/v1/api-keys/${id}/history`,
      `/v1/system_audit_log?target_id=${id}`,
      `/v1/activity?target_type=api_key&target_id=${id}`,
    ]) {
      expect([path, (await read(position, path)).body['data']]).toMatchObject([path, { length: 1 }]);
    }
    const removed = await api.call(api.credentials.admin, 'DELETE', `/v1/api-keys/${id}`);
    expect(await read(positionOf(removed), `/v1/api-keys/${id}`)).toMatchObject({ status: 404 });
    const acknowledged = await api.call(api.credentials.admin, 'POST', '/v1/system_audit_log/export_ack', {
      row_count: n,
    });
    const entries = await read(positionOf(acknowledged), '/v1/system_audit_log?event_types=audit_log_exported');
    expect(entries.body['data']).toHaveLength(n + 1);
  }
});

it('gives positions that tell nothing: each looks different, even the same twice', async () => {
  const { id } = await api.key();
  const unchanged = () => api.call(api.credentials.admin, 'PATCH', `/v1/api-keys/${id}`, {});
  const positions = [positionOf(await unchanged()), positionOf(await unchanged())];
  expect(new Set(positions).size).toBe(2);
  for (const position of positions) expect(position).toMatch(/^[\w-]{38,}$/);
});

it.each(['', '0', '42', 'made-up', 'x'.repeat(5_000)])(
  'answers 422 to a position that is not ours: %s',
  async (token) => {
    for (const path of ['/v1/api-keys', '/v1/whoami', '/v1/scopes', '/v1/system_audit_log/export']) {
      expect(await read(token, path)).toMatchObject({ status: 422, fields: ['X-Min-Log-Position'] });
    }
  },
);

it('takes no cursor for a position', async () => {
  await api.key();
  const { body } = await api.call(api.credentials.admin, 'GET', '/v1/api-keys?limit=1');
  expect(await read(String(body['next_cursor']), '/v1/api-keys')).toMatchObject({ status: 422 });
});

it('answers 503 read_model_behind past its patience', async () => {
  await api.stopProjections();
  const made = await api.call(api.credentials.admin, 'POST', '/v1/api-keys', { name: 'Not seen yet' });
  for (const path of [
    '/v1/api-keys',
    '/v1/api-keys?as_of=1700000000',
    '/v1/system_audit_log',
    '/v1/log',
    '/v1/activity?target_type=audit_log&target_id=org_a',
    `/v1/api-keys/${String(made.body['id'])}/history`,
  ]) {
    const answer = await read(positionOf(made), path);
    expect([path, answer.status, answer.code]).toEqual([path, 503, 'read_model_behind']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  }
  // What needs no read model answers, and so does a read that asks for nothing.
  expect((await read(positionOf(made), '/v1/whoami')).status).toBe(200);
  expect((await api.call(api.credentials.admin, 'GET', '/v1/api-keys')).status).toBe(200);
});
