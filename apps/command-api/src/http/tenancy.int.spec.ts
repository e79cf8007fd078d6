import { RunningApi, type ApiAnswer } from '../testing/running-api.js';
import { makeWebhook, WEBHOOK_SETTINGS } from '../testing/webhook-api.js';

let api: RunningApi;
beforeAll(async () => {
  api = await RunningApi.start({ settings: WEBHOOK_SETTINGS });
});
afterAll(() => api.stop());

const NO_HEADERS: Record<string, string> = {};
const UNKNOWN = 'ak_00000000000000000000';
/** All but what is of the one request: its id and its time. */
const comparable = ({ status, body, headers }: ApiAnswer): unknown => {
  const { request_id: _id, ...detail } = Object(body['detail']) as Record<string, unknown>;
  const names = [...headers.keys()].sort();
  return { status, detail, names };
};

const CALLS: readonly [string, string, unknown][] = [
  ['GET', '', undefined],
  ['HEAD', '', undefined],
  ['PATCH', '', { name: 'x' }],
  ['DELETE', '', undefined],
  ['GET', '/history', undefined],
  ['POST', '/rotate', {}],
  ['POST', '/revoke', {}],
  ['POST', '/suspend', {}],
  ['POST', '/reactivate', {}],
];

it.each(CALLS)("answers %s /v1/api-keys/{id}%s of another organization's key as of an unknown one", async (...call) => {
  const [method, rest, body] = call;
  const foreign = await api.key();
  const manager = await api.key({ scopes: ['keys:manage'] }, api.credentials.other);
  const paths = [foreign.id, UNKNOWN].map((id) => `/v1/api-keys/${id}${rest}`);
  for (const credential of [api.credentials.other, manager.secret]) {
    for (const headers of [NO_HEADERS, { 'idempotency-key': 'tenancy' }]) {
      const answers: ApiAnswer[] = [];
      for (const path of paths) answers.push(await api.call(credential, method, path, body, headers));
      const [ofForeign, ofUnknown] = answers.map(comparable);
      expect(ofForeign).toEqual(ofUnknown);
      expect(answers.map(({ status, code }) => [status, code])).toEqual(
        paths.map(() => [404, method === 'HEAD' ? null : 'api_key_not_found']),
      );
    }
  }
  expect((await api.call(api.credentials.admin, 'GET', `/v1/api-keys/${foreign.id}`)).body).toMatchObject({
    ...{ status: 'active', updated_at: expect.any(Number) as number },
  });
});

const WEBHOOK_CALLS: readonly [string, string, unknown][] = [
  ['GET', '', undefined],
  ['PATCH', '', { description: 'x' }],
  ['PATCH', '', { url: 'https://10.0.0.1.nowhere.invalid/' }],
  ['DELETE', '', undefined],
  ['POST', '/pause', {}],
  ['POST', '/activate', { backlog: 'skip' }],
  ['POST', '/rotate-secret', {}],
  ['POST', '/test', { event_type: 'job.failed' }],
  ['POST', '/replay', { since: 1 }],
  ['GET', '/deliveries', undefined],
  ['GET', '/deliveries/dlv_00000000000000000000', undefined],
  ['POST', '/deliveries/dlv_00000000000000000000/redeliver', {}],
];

it.each(WEBHOOK_CALLS)(
  "answers %s /v1/webhooks/{id}%s of another organization's as of an unknown one",
  async (...call) => {
    const [method, rest, body] = call;
    const foreign = await makeWebhook(api);
    const { secret } = await api.key({ scopes: ['keys:manage'] }, api.credentials.other);
    const paths = [foreign.path, '/v1/webhooks/whk_00000000000000000000'].map((path) => `${path}${rest}`);
    for (const credential of [api.credentials.other, secret]) {
      for (const headers of [NO_HEADERS, { 'idempotency-key': 'tenancy' }]) {
        const answers: ApiAnswer[] = [];
        for (const path of paths) answers.push(await api.call(credential, method, path, body, headers));
        const [ofForeign, ofUnknown] = answers.map(comparable);
        expect(ofForeign).toEqual(ofUnknown);
        expect(answers.map(({ status, code }) => [status, code])).toEqual(paths.map(() => [404, 'webhook_not_found']));
      }
    }
    const { secret: _secret, warnings: _warnings, ...shown } = foreign.body;
    expect((await api.getAfter(foreign, foreign.path)).body).toEqual(shown);
  },
);

it('shows no endpoint of another organization in any list or trail', async () => {
  const { id, headers } = await makeWebhook(api);
  const written = { headers } as ApiAnswer;
  const { other, admin } = api.credentials;
  for (const path of ['/v1/webhooks', `/v1/activity?target_type=webhook&target_id=${id}`]) {
    expect([path, (await api.getAfter(written, path, other)).text.includes(id)]).toEqual([path, false]);
    expect([path, (await api.getAfter(written, path, admin)).text.includes(id)]).toEqual([path, true]);
  }
});

it('measures grants on a key of another organization as on an unknown one', async () => {
  const foreign = await api.key({ scopes: ['audit:read', 'reports:read'] });
  const { secret } = await api.key({ access: 'scoped', scopes: ['keys:manage'] }, api.credentials.other);
  for (const id of [foreign.id, UNKNOWN]) {
    const answer = await api.call(secret, 'PATCH', `/v1/api-keys/${id}`, { scopes: ['audit:read'] });
    expect([answer.status, answer.code]).toEqual([403, 'scope_grant_forbidden']);
    expect(await api.call(secret, 'POST', `/v1/api-keys/${id}/rotate`)).toMatchObject({ status: 404 });
  }
});

it('shows nothing of another organization in any list, search, trail or verification', async () => {
  const { id, secret } = await api.key({ name: 'Hidden from others' });
  const written = await api.call(api.credentials.admin, 'POST', `/v1/api-keys/${id}/revoke`, { reason: 'Hidden too' });
  const { other, admin } = api.credentials;
  const lists: readonly string[] = [
    '/v1/api-keys?q=Hidden&limit=200',
    `/v1/api-keys?q=${id}`,
    '/v1/system_audit_log?search=Hidden',
    `/v1/system_audit_log?target_id=${id}`,
    '/v1/system_audit_log?actor_id=user_admin&event_types=api_key.revoked',
    `/v1/activity?target_type=api_key&target_id=${id}`,
    `/v1/api-keys?q=${id}&as_of=${new Date().toISOString()}`,
  ];
  for (const path of lists) {
    expect([path, (await api.getAfter(written, path, other)).body['data']]).toEqual([path, []]);
    expect([path, (await api.getAfter(written, path, admin)).text.includes(id)]).toEqual([path, true]);
  }
  const exported = await api.getAfter(written, '/v1/system_audit_log/export?format=ndjson', other);
  expect(exported.text).not.toContain(id);
  const verified = await api.call(other, 'POST', '/v1/api-keys/verify', { key: secret });
  expect(verified.body).toEqual({ valid: false, code: 'not_found' });
});

it("numbers each organization's events by themselves", async () => {
  const org = 'org_alone';
  const lonely = await api.issuer.sign({ org, user: 'user_1', role: 'admin' });
  await api.key({}, lonely);
  await api.key();
  const written = await api.call(lonely, 'POST', '/v1/api-keys', { name: 'x' });
  const { body } = await api.getAfter(written, '/v1/system_audit_log', lonely);
  expect((body['data'] as { seq: number }[]).map(({ seq }) => seq)).toEqual([2, 1]);
});
