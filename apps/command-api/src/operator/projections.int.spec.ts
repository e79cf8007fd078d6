import { eventually } from '#libs/testing';
import { RunningApi } from '../testing/running-api.js';

let api: RunningApi;
beforeAll(async () => {
  api = await RunningApi.start();
});
afterAll(() => api.stop());

interface Shown {
  readonly name: string;
  readonly generation: number;
  readonly state: string;
  readonly lag_seconds: number | null;
  readonly parked_streams: readonly unknown[];
}

async function shown(): Promise<readonly Shown[]> {
  const { body } = await api.call(api.credentials.platform, 'GET', '/v1/operator/projections');
  return body['data'] as readonly Shown[];
}

it('shows operators every projection, and that it runs', async () => {
  const all = await eventually('the owners', async () => {
    const found = await shown();
    return found.every(({ state, lag_seconds: lag }) => state === 'running' && lag === 0) ? found : null;
  });
  expect(all).toMatchObject([
    { name: 'api-key-history', version: 1, parked_streams: [], rebuild: null },
    { name: 'api-keys', version: 1 },
    { name: 'audit-log', version: 2 },
    { name: 'jobs', version: 1 },
    { name: 'policy-types', version: 1 },
    { name: 'usage', version: 2 },
    { name: 'webhooks', version: 1 },
  ]);
});

it('rebuilds a read model that serves meanwhile, and shows the same afterwards', async () => {
  const key = await api.key({ name: 'Before the rebuild' });
  const before = await api.call(api.credentials.admin, 'GET', '/v1/api-keys', undefined, {
    'x-min-log-position': key.position,
  });
  const generation = async () => (await shown()).find(({ name }) => name === 'api-keys')?.generation ?? 0;
  const old = await generation();
  const asked = await api.call(api.credentials.platform, 'POST', '/v1/operator/projections/api-keys/rebuild');
  expect([asked.status, asked.body]).toEqual([202, { status: 'accepted' }]);
  await eventually('the new tables', async () => (await generation()) > old || null);
  const after = await api.call(api.credentials.admin, 'GET', '/v1/api-keys');
  expect(after.body).toEqual(before.body);
  const next = await api.key({ name: 'After it' });
  const list = await api.call(api.credentials.admin, 'GET', '/v1/api-keys', undefined, {
    'x-min-log-position': next.position,
  });
  expect(list.text).toContain(next.id);
});

it('says what there is not', async () => {
  const { platform } = api.credentials;
  const unknown = await api.call(platform, 'POST', '/v1/operator/projections/nothing/rebuild');
  expect([unknown.status, unknown.code]).toEqual([404, 'not_found']);
  const unparked = { stream: 'apiKey-x' };
  expect((await api.call(platform, 'POST', '/v1/operator/projections/api-keys/unpark', unparked)).status).toBe(404);
  const wrong = await api.call(platform, 'POST', '/v1/operator/projections/api-keys/unpark', { stream: 7 });
  expect([wrong.status, wrong.fields]).toEqual([422, ['stream']]);
});

it('is the operator’s alone', async () => {
  for (const credential of [api.credentials.admin, api.credentials.auditor, (await api.key()).secret, null]) {
    expect((await api.call(credential, 'GET', '/v1/operator/projections')).status).toBe(401);
    expect((await api.call(credential, 'POST', '/v1/operator/projections/api-keys/rebuild')).status).toBe(401);
    expect((await api.call(credential, 'POST', '/v1/operator/projections/api-keys/unpark', {})).status).toBe(401);
  }
});
