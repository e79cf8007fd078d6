import { eventually } from '#libs/testing';
import { RunningApi, type ApiAnswer, type TestKey } from '../testing/running-api.js';

const MANY = 50;

let api: RunningApi;
let key: TestKey;
beforeAll(async () => {
  // Two at once and one more a second: a machine would have to take a minute over `MANY` to let all of them through.
  api = await RunningApi.start({ settings: { rateLimitRps: 1 } });
  key = await api.key({ scopes: ['keys:manage'] });
});
afterAll(() => api.stop());

const manyTimes = (call: () => Promise<ApiAnswer>): Promise<ApiAnswer[]> =>
  Promise.all(Array.from({ length: MANY }, call));
const whoami = (credential: string): Promise<ApiAnswer> => api.call(credential, 'GET', '/v1/whoami');

it('answers 429 to a credential beyond its rate, with the seconds to wait, and serves it after that', async () => {
  for (const credential of [api.credentials.admin, key.secret]) {
    const refused = (await manyTimes(() => whoami(credential))).filter(({ status }) => status !== 200);
    expect(refused.length).toBeGreaterThan(0);
    for (const { status, code, headers } of refused) {
      expect([status, code]).toEqual([429, 'rate_limited']);
      expect(headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    }
    await eventually('an answer after the wait', async () => ((await whoami(credential)).status === 200 ? true : null));
  }
});

it('limits each credential by itself', async () => {
  await manyTimes(() => whoami(api.credentials.admin));
  expect((await whoami(api.credentials.auditor)).status).toBe(200);
  expect((await whoami(api.credentials.other)).status).toBe(200);
});

it('limits neither verification nor the platform', async () => {
  await manyTimes(() => whoami(api.credentials.admin));
  const body = { key: key.secret };
  const verified = await manyTimes(() => api.call(api.credentials.admin, 'POST', '/v1/api-keys/verify', body));
  const platform = await manyTimes(() => whoami(api.credentials.platform));
  expect([...verified, ...platform].filter(({ status }) => status !== 200)).toEqual([]);
});
