import { RunningApi, type ApiAnswer } from '../testing/running-api.js';
import { makeWebhook, WEBHOOK_SETTINGS, WEBHOOK_URL } from '../testing/webhook-api.js';

/*
 * An endpoint sends what it subscribes to wherever its url says, so whoever has a hand in that could read by it what no
 * route would show them. Here is every way round.
 */

let api: RunningApi;
let admin: string;
beforeAll(async () => {
  api = await RunningApi.start({ settings: WEBHOOK_SETTINGS });
  ({ admin } = api.credentials);
});
afterAll(() => api.stop());

const NO_DELIVERY = 'dlv_00000000000000000000';
const key = (...scopes: string[]) => api.key({ access: 'scoped', scopes });
const grant = (id: string, ...scopes: string[]) => api.call(admin, 'PATCH', `/v1/api-keys/${id}`, { scopes });
const required = ({ status, code, body }: ApiAnswer): unknown => [
  status,
  code,
  (body['detail'] as { required_scope?: string } | undefined)?.required_scope,
];

/** Everything after which an endpoint shows something, as it is asked of an endpoint that is there. */
const SHOWING: readonly [string, string, string, unknown][] = [
  ['a new url', 'PATCH', '', { url: 'http://127.0.0.1:2/mine' }],
  ['a new description', 'PATCH', '', { description: 'mine' }],
  ['no change at all', 'PATCH', '', {}],
  ['an activation', 'POST', '/activate', {}],
  ['an activation that skips', 'POST', '/activate', { backlog: 'skip' }],
  ['a new secret', 'POST', '/rotate-secret', {}],
  ['a test', 'POST', '/test', { event_type: 'webhook.disabled' }],
  ['a replay', 'POST', '/replay', { since: 1 }],
  ['a redelivery', 'POST', `/deliveries/${NO_DELIVERY}/redeliver`, {}],
];

it.each([
  ['api_key.created', 'keys:manage'],
  ['api_key.expiring', 'keys:manage'],
  ['job.completed', 'jobs:read'],
  ['job.progress', 'jobs:read'],
  ['webhook.disabled', 'webhooks:read'],
])('lets nobody subscribe to %s without %s, named in the answer', async (type, scope) => {
  const { id, secret } = await key('webhooks:write');
  const ask = () => api.call(secret, 'POST', '/v1/webhooks', { url: WEBHOOK_URL, events: [type] });
  expect(required(await ask())).toEqual([403, 'insufficient_scope', scope]);
  await grant(id, 'webhooks:write', scope);
  expect(await ask()).toMatchObject({ status: 201, body: { events: [type] } });
});

it('takes full access for every resource, but never for keys', async () => {
  const { secret } = await api.key();
  const ask = (...events: string[]) => api.call(secret, 'POST', '/v1/webhooks', { url: WEBHOOK_URL, events });
  expect(await ask('job.failed', 'webhook.disabled')).toMatchObject({ status: 201 });
  expect(required(await ask('job.failed', 'api_key.revoked'))).toEqual([403, 'insufficient_scope', 'keys:manage']);
});

it('lets nobody add a type that they cannot read, and everybody take some away', async () => {
  const { path } = await makeWebhook(api, { events: ['api_key.created', 'job.failed'] });
  const { secret } = await key('webhooks:write', 'jobs:read');
  const change = (...events: string[]) => api.call(secret, 'PATCH', path, { events });
  expect(required(await change('job.failed', 'api_key.deleted'))).toEqual([403, 'insufficient_scope', 'keys:manage']);
  expect(required(await change('job.failed', 'api_key.created'))).toEqual([403, 'insufficient_scope', 'keys:manage']);
  expect(await change('job.failed', 'job.completed')).toMatchObject({ status: 200 });
  expect(await api.call(secret, 'PATCH', path, { url: 'http://127.0.0.1:2/mine' })).toMatchObject({ status: 200 });
});

it.each(SHOWING)('lets nobody ask for %s of an endpoint that shows what they cannot read', async (...call) => {
  const [, method, rest, body] = call;
  const { path } = await makeWebhook(api, { events: ['job.failed', 'api_key.created'] });
  const { id, secret } = await key('webhooks:write', 'webhooks:read', 'jobs:read');
  const ask = () => api.call(secret, method, `${path}${rest}`, body);
  expect(required(await ask())).toEqual([403, 'insufficient_scope', 'keys:manage']);
  await grant(id, 'webhooks:write', 'webhooks:read', 'keys:manage');
  expect(required(await ask())).toEqual([403, 'insufficient_scope', 'jobs:read']);
  await grant(id, 'webhooks:write', 'webhooks:read', 'jobs:read', 'keys:manage');
  expect([403, 401]).not.toContain((await ask()).status);
});

it('measures a replay against what is replayed too', async () => {
  const { path } = await makeWebhook(api, { events: ['job.failed'] });
  const { secret } = await key('webhooks:write', 'jobs:read');
  const answer = await api.call(secret, 'POST', `${path}/replay`, { since: 1, event_types: ['api_key.created'] });
  expect(required(answer)).toEqual([403, 'insufficient_scope', 'keys:manage']);
});

it('lets a sample be of any type: it shows nothing', async () => {
  const { path } = await makeWebhook(api, { events: ['job.failed'] });
  const { secret } = await key('webhooks:write', 'jobs:read');
  const answer = await api.call(secret, 'POST', `${path}/test`, { event_type: 'api_key.created' });
  expect(answer).toMatchObject({ status: 202, body: { event_type: 'api_key.created', test: true, sequence: null } });
});

it('lets whoever may write stop an endpoint, whatever it shows', async () => {
  const { path } = await makeWebhook(api, { events: ['api_key.created'] });
  const { secret } = await key('webhooks:write');
  expect(await api.call(secret, 'POST', `${path}/pause`)).toMatchObject({ status: 200 });
  expect(await api.call(secret, 'DELETE', path)).toMatchObject({ status: 204 });
});

it('gives a stored answer to nobody who lost the right to it, a secret above all', async () => {
  const once = { 'idempotency-key': 'rights-first' };
  const { id, secret } = await key('webhooks:write', 'keys:manage');
  const body = { url: WEBHOOK_URL, events: ['api_key.created'] };
  const ask = (path: string, sent: unknown) => api.call(secret, 'POST', path, sent, once);
  const created = await ask('/v1/webhooks', body);
  const path = `/v1/webhooks/${String(created.body['id'])}`;
  const rotated = await ask(`${path}/rotate-secret`, {});
  expect([created.status, rotated.status]).toEqual([201, 200]);
  await grant(id, 'webhooks:write');
  for (const refused of [await ask('/v1/webhooks', body), await ask(`${path}/rotate-secret`, {})]) {
    expect(required(refused)).toEqual([403, 'insufficient_scope', 'keys:manage']);
    expect(refused.text).not.toContain('whsec_');
  }
  await grant(id, 'webhooks:write', 'keys:manage');
  expect((await ask(`${path}/rotate-secret`, {})).text).toBe(rotated.text);
});

it.each(SHOWING)('answers 404, not 403, to %s of an endpoint that is gone, unknown or not theirs', async (...call) => {
  const [, method, rest, body] = call;
  const gone = await makeWebhook(api, { events: ['api_key.created'] });
  await api.call(admin, 'DELETE', gone.path);
  const foreign = await makeWebhook(api, { events: ['api_key.created'] }, api.credentials.other);
  const { secret } = await key('webhooks:write');
  for (const path of [gone.path, foreign.path, '/v1/webhooks/whk_00000000000000000000', '/v1/webhooks/x']) {
    const answer = await api.call(secret, method, `${path}${rest}`, body);
    expect([answer.status, answer.code]).toEqual([404, 'webhook_not_found']);
  }
});

it('lets members read and write nothing, auditors and the operator neither', async () => {
  const { path } = await makeWebhook(api);
  const { member, auditor, platform } = api.credentials;
  const writes: readonly [string, string, unknown][] = [
    ['POST', '/v1/webhooks', { url: WEBHOOK_URL, events: ['job.failed'] }],
    ['POST', `${path}/pause`, {}],
    ['DELETE', path, undefined],
    ...SHOWING.map(([, method, rest, body]): [string, string, unknown] => [method, `${path}${rest}`, body]),
  ];
  for (const [method, at, body] of writes) {
    for (const credential of [member, auditor, platform])
      expect(await api.call(credential, method, at, body)).toMatchObject({ status: 401, code: 'unauthorized' });
  }
  const reads = ['/v1/webhooks', path, `${path}/deliveries`, `${path}/deliveries/${NO_DELIVERY}`];
  for (const at of reads) {
    expect([at, [200, 404]]).toEqual([at, expect.arrayContaining([(await api.call(member, 'GET', at)).status])]);
    for (const credential of [auditor, platform])
      expect(await api.call(credential, 'GET', at)).toMatchObject({ status: 401, code: 'unauthorized' });
  }
});

it('needs webhooks:read to read and webhooks:write to write, each by itself', async () => {
  const { path } = await makeWebhook(api, { events: ['webhook.disabled'] });
  const [reader, writer] = [await key('webhooks:read'), await key('webhooks:write')];
  for (const at of ['/v1/webhooks', path, `${path}/deliveries`, `${path}/deliveries/${NO_DELIVERY}`]) {
    expect(required(await api.call(writer.secret, 'GET', at))).toEqual([403, 'insufficient_scope', 'webhooks:read']);
    expect((await api.call(reader.secret, 'GET', at)).status).not.toBe(403);
  }
  for (const [, method, rest, body] of SHOWING) {
    const answer = await api.call(reader.secret, method, `${path}${rest}`, body);
    expect(required(answer)).toEqual([403, 'insufficient_scope', 'webhooks:write']);
  }
});
