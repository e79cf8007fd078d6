import pg from 'pg';
import { RunningApi, type ApiAnswer } from '../testing/running-api.js';
import { makeWebhook, WEBHOOK_SETTINGS, WEBHOOK_URL } from '../testing/webhook-api.js';

/** Jest's matchers are of type any. */
const A_TEXT = expect.any(String) as unknown;
const A_NUMBER = expect.any(Number) as unknown;

let api: RunningApi;
let admin: string;
beforeAll(async () => {
  api = await RunningApi.start({ settings: WEBHOOK_SETTINGS });
  ({ admin } = api.credentials);
});
afterAll(() => api.stop());

const create = (body: unknown, credential = admin, headers = {}): Promise<ApiAnswer> =>
  api.call(credential, 'POST', '/v1/webhooks', body, headers);
const post = (path: string, body?: unknown, headers = {}): Promise<ApiAnswer> =>
  api.call(admin, 'POST', path, body, headers);

it('answers 201 with the endpoint, its secret, where it is and the position', async () => {
  const before = Math.floor(Date.now() / 1_000);
  const answer = await create({ url: 'HTTP://127.0.0.1:8080', events: ['job.failed', 'job.completed', 'job.failed'] });
  expect([answer.status, answer.body]).toEqual([
    201,
    {
      ...{ id: A_TEXT, url: 'http://127.0.0.1:8080/', events: ['job.failed', 'job.completed'], description: null },
      ...{ status: 'active', status_reason: null, secret_hint: A_TEXT, secret: A_TEXT, warnings: [] },
      ...{ created_at: A_NUMBER, updated_at: answer.body['created_at'] },
      ...{ last_delivery: null, success_rate_24h: null, backlog: 0 },
    },
  ]);
  const { id, secret, secret_hint: hint, created_at: createdAt } = answer.body;
  expect(createdAt).toBeGreaterThanOrEqual(before);
  expect(secret).toMatch(/^whsec_[0-9A-Za-z+/]{43}=$/);
  expect(hint).toBe(`${String(secret).slice(0, 10)}…${String(secret).slice(-4)}`);
  expect(answer.headers.get('location')).toBe(`/v1/webhooks/${String(id)}`);
  const { secret: _secret, warnings: _warnings, ...shown } = answer.body;
  const path = `/v1/webhooks/${String(id)}`;
  for (const credential of [admin, api.credentials.member])
    expect((await api.getAfter(answer, path, credential)).body).toEqual(shown);
  expect((await api.getAfter(answer, '/v1/webhooks?limit=1')).body).toMatchObject({
    data: [shown],
    has_more: A_BOOLEAN,
  });
});
const A_BOOLEAN = expect.any(Boolean) as unknown;

it('lets in a name that does not resolve, with a warning, under its normal form', async () => {
  const answer = await create({ url: 'https://Hooks.Nowhere.Invalid./a?b=c', events: ['job.failed'] });
  expect(answer).toMatchObject({
    ...{ status: 201, body: { url: 'https://hooks.nowhere.invalid/a?b=c', warnings: ['unresolved'] } },
  });
});

it.each([
  ['nothing', ''],
  ['no URL', 'example.com/hooks'],
  ['http to a name', 'http://example.com/'],
  ['another scheme', 'ftp://example.com/'],
  ['another port', 'https://example.com:22/'],
  ['credentials', 'https://user:password@example.com/'],
  ['empty credentials', 'https://@example.com/'],
  ['a fragment', 'https://example.com/#'],
  ['an address', 'https://10.0.0.1/'],
  ['an address in another spelling', 'https://0x0a000001/'],
  ['metadata', 'http://169.254.169.254/latest/'],
  ['this machine', 'https://localhost/'],
  ['a name of a local network', 'https://printer.local/'],
  ['a single label', 'https://intranet/'],
  ['2,049 characters', `https://example.com/${'a'.repeat(2_029)}`],
])('answers 400 invalid_url to %s, and says why', async (_, url) => {
  const endpoint = await makeWebhook(api);
  for (const answer of [
    await create({ url, events: ['job.failed'] }),
    await api.call(admin, 'PATCH', endpoint.path, { url }),
  ]) {
    expect(answer).toMatchObject({ status: 400, code: 'invalid_url' });
    expect((answer.body['detail'] as { message: string }).message).toMatch(/^url must /);
  }
});

it.each<[Record<string, unknown>, string]>([
  [{ url: undefined }, 'url'],
  [{ url: 5 }, 'url'],
  [{ url: null }, 'url'],
  [{ url: 'https://example.com/\u0000' }, 'url'],
  [{ events: undefined }, 'events'],
  [{ events: [] }, 'events'],
  [{ events: 'job.failed' }, 'events'],
  [{ events: [5] }, 'events'],
  [{ description: 'd'.repeat(2_001) }, 'description'],
  [{ description: 'a\u0007' }, 'description'],
  [{ description: `leaked: whsec_${'A'.repeat(43)}=` }, 'description'],
  [{ secret: 'whsec_x' }, 'secret'],
  [{ status: 'paused' }, 'status'],
])('answers 422 with the field to %j', async (fields, field) => {
  const answer = await create({ url: WEBHOOK_URL, events: ['job.failed'], ...fields });
  expect([answer.status, answer.code, answer.fields]).toEqual([422, 'validation_failed', [field]]);
});

it('answers 422 invalid_event_types wherever a type is named', async () => {
  const { path } = await makeWebhook(api);
  const since = 0;
  const wrong = 'job.started';
  for (const answer of [
    await create({ url: WEBHOOK_URL, events: ['job.failed', wrong] }),
    await api.call(admin, 'PATCH', path, { events: [wrong] }),
    await post(`${path}/test`, { event_type: wrong }),
    await post(`${path}/replay`, { since, event_types: [wrong] }),
    // Nothing of it is sent to this endpoint.
    await post(`${path}/replay`, { since, event_types: ['job.failed'] }),
  ])
    expect(answer).toMatchObject({ status: 422, code: 'invalid_event_types' });
});

it('changes what is sent, and says nothing in the log where nothing changes', async () => {
  const { path, body } = await makeWebhook(api, { description: 'first' });
  const change = { url: 'http://127.0.0.1:2/', events: ['webhook.disabled', 'api_key.created'], description: null };
  const changed = await api.call(admin, 'PATCH', path, change);
  expect(changed).toMatchObject({ status: 200, body: { ...change, warnings: [], secret_hint: body['secret_hint'] } });
  expect(changed.body).not.toHaveProperty('secret');
  for (const same of [{}, change, { events: ['api_key.created', 'webhook.disabled'] }])
    expect(await api.call(admin, 'PATCH', path, same)).toMatchObject({ status: 200, body: change });
  const log = await api.getAfter(changed, `/v1/log?event_types=webhook.updated`);
  const ofThis = (log.body['data'] as { stream: string }[]).filter(({ stream }) => path.endsWith(stream.slice(8)));
  expect(ofThis).toHaveLength(1);
});

it('pauses, activates and deletes, each again without a change', async () => {
  const { path } = await makeWebhook(api);
  expect(await post(`${path}/activate`)).toMatchObject({ status: 200, body: { status: 'active' } });
  for (const answer of [await post(`${path}/pause`), await post(`${path}/pause`, {})])
    expect(answer).toMatchObject({ status: 200, body: { status: 'paused', status_reason: null } });
  expect(await post(`${path}/test`, { event_type: 'job.failed' })).toMatchObject({
    status: 409,
    code: 'webhook_paused',
  });
  const active = await post(`${path}/activate`, { backlog: 'skip' });
  expect(active).toMatchObject({ status: 200, body: { status: 'active', backlog: 0 } });
  expect(await post(`${path}/activate`, { backlog: 'drop' })).toMatchObject({ status: 422, fields: ['backlog'] });
  const gone = await api.call(admin, 'DELETE', path);
  expect([gone.status, gone.text]).toEqual([204, '']);
  expect(await api.getAfter(gone, path)).toMatchObject({ status: 404, code: 'webhook_not_found' });
  const { data } = (await api.getAfter(gone, '/v1/webhooks?limit=200')).body as { data: { id: string }[] };
  expect(data.filter(({ id }) => path.endsWith(id))).toEqual([]);
  for (const [method, at] of [
    ['DELETE', path],
    ['PATCH', path],
    ['POST', `${path}/pause`],
    ['POST', `${path}/activate`],
    ['POST', `${path}/rotate-secret`],
  ] as const)
    expect(await api.call(admin, method, at, {})).toMatchObject({ status: 404, code: 'webhook_not_found' });
});

it.each(['x', 'whk_', 'whk_0000000000000000000%00', '%00', `whk_${'a'.repeat(21)}`, '%F0%9F%94%91'])(
  'answers 404 to %s, which no endpoint is called',
  async (id) => {
    const calls: readonly [string, string, unknown][] = [
      ['GET', '', undefined],
      ['GET', '/deliveries', undefined],
      ['GET', '/deliveries/%00', undefined],
      ['PATCH', '', { events: ['job.failed'] }],
      ['DELETE', '', undefined],
      ['POST', '/pause', {}],
      ['POST', '/activate', {}],
      ['POST', '/rotate-secret', {}],
      ['POST', '/test', { event_type: 'job.failed' }],
      ['POST', '/replay', { since: 1 }],
      ['POST', '/deliveries/%00/redeliver', {}],
    ];
    for (const [method, rest, body] of calls) {
      const answer = await api.call(admin, method, `/v1/webhooks/${id}${rest}`, body);
      expect([method, rest, answer.status, answer.code]).toEqual([method, rest, 404, 'webhook_not_found']);
    }
  },
);

it('answers a change that those who send could not be told at once: the log tells them', async () => {
  const { path } = await makeWebhook(api);
  const owner = new pg.Client({ connectionString: api.ownerUrl });
  await owner.connect();
  try {
    await owner.query('begin');
    await owner.query('lock table webhooks.endpoints in share row exclusive mode');
    const paused = await post(`${path}/pause`);
    expect(paused).toMatchObject({ status: 200, body: { status: 'paused' } });
    expect((await api.getAfter(paused, path)).body).toMatchObject({ status: 'paused' });
  } finally {
    await owner.end();
  }
});

it('rotates the secret, which it shows once', async () => {
  const { path, body: first } = await makeWebhook(api);
  const rotated = await post(`${path}/rotate-secret`, { overlap_seconds: 0 });
  expect([rotated.status, rotated.body]).toMatchObject([200, { url: WEBHOOK_URL, secret: A_TEXT }]);
  expect(rotated.body['secret']).not.toBe(first['secret']);
  const { secret, ...shown } = rotated.body;
  expect(shown['secret_hint']).toBe(`${String(secret).slice(0, 10)}…${String(secret).slice(-4)}`);
  expect((await api.getAfter(rotated, path)).body).toEqual(shown);
  for (const overlap_seconds of [-1, 2_592_001, 1.5, '5', null])
    expect(await post(`${path}/rotate-secret`, { overlap_seconds })).toMatchObject({
      ...{ status: 422, fields: ['overlap_seconds'] },
    });
});

it('gives the same secret again to a repeated request, and the same endpoint', async () => {
  const once = { 'idempotency-key': 'webhook-secret' };
  const made = [await create({ url: WEBHOOK_URL, events: ['job.failed'] }, admin, once)];
  made.push(await create({ url: WEBHOOK_URL, events: ['job.failed'] }, admin, once));
  const path = `/v1/webhooks/${String(made[0]?.body['id'])}`;
  const rotated = [await post(`${path}/rotate-secret`, {}, once), await post(`${path}/rotate-secret`, {}, once)];
  for (const [first, again] of [made, rotated]) {
    expect(again?.headers.get('idempotent-replayed')).toBe('true');
    expect([again?.status, again?.text]).toEqual([first?.status, first?.text]);
  }
  await api.call(admin, 'DELETE', path);
  expect((await post(`${path}/rotate-secret`, {}, once)).text).toBe(rotated[0]?.text);
});

it('shows no secret in the log, the audit log or the reads', async () => {
  const { path, body } = await makeWebhook(api, { url: 'http://127.0.0.1:3/shown' });
  const rotated = await post(`${path}/rotate-secret`);
  for (const at of [
    '/v1/log?limit=1000',
    '/v1/system_audit_log?limit=500&target_type=webhook',
    '/v1/webhooks?limit=200',
  ]) {
    const { text } = await api.getAfter(rotated, at);
    expect(text).toContain('127.0.0.1:3/shown');
    for (const secret of [body['secret'], rotated.body['secret']]) expect(text).not.toContain(String(secret));
    expect(text).not.toMatch(/whs_[0-9A-Za-z]{20}/);
  }
});

it('pages through endpoints, newest first, by their status', async () => {
  const other = await api.issuer.sign({ org: 'org_pages', user: 'user_1', role: 'admin' });
  const made = [];
  for (let n = 0; n < 3; n++) made.push(await makeWebhook(api, {}, other));
  const [oldest, paused, newest] = made;
  const written = await api.call(other, 'POST', `${String(paused?.path)}/pause`);
  const list = async (query: string) => (await api.getAfter(written, `/v1/webhooks?${query}`, other)).body;
  const first = await list('limit=2');
  expect(first).toMatchObject({ data: [{ id: newest?.id }, { id: paused?.id }], has_more: true });
  const cursor = String(first['next_cursor']);
  expect(await list(`limit=2&cursor=${cursor}`)).toMatchObject({ data: [{ id: oldest?.id }], next_cursor: null });
  expect(await list('status=paused,disabled')).toMatchObject({ data: [{ id: paused?.id }] });
  expect(await api.call(other, 'GET', `/v1/webhooks?status=active&cursor=${cursor}`)).toMatchObject({
    ...{ status: 400, code: 'invalid_cursor' },
  });
});

it('answers 503 to a replay that it cannot count yet, and then decides anew', async () => {
  const { path } = await makeWebhook(api);
  const once = { 'idempotency-key': 'replay-behind' };
  for (let tries = 0; tries < 2; tries++)
    expect(await post(`${path}/replay`, { since: 1 }, once)).toMatchObject({ status: 503, code: 'read_model_behind' });
});

it.each([
  [{}, 'since'],
  [{ since: 'yesterday' }, 'since'],
  [{ since: '2199-01-01T00:00:00Z' }, 'since'],
  [{ since: 20, until: 20 }, 'since'],
  [{ since: 20, until: 10 }, 'since'],
  [{ since: 1, until: 'x' }, 'until'],
  [{ since: 1, until: null }, 'until'],
  [{ since: 1, event_types: [] }, 'event_types'],
])('answers 422 to a replay of %j', async (body, field) => {
  const { path } = await makeWebhook(api);
  expect(await post(`${path}/replay`, body)).toMatchObject({ status: 422, fields: [field] });
});
