import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient, MODES, OtlpCollector, StartedSystem, eventually, type CollectedSpan } from '#libs/testing';

const PROJECTIONS = ['project api-keys', 'project api-key-history', 'project audit-log'];
const CALLERS_TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLERS_SPAN = 'b7ad6b7169203331';
const TRACEPARENT = `00-${CALLERS_TRACE}-${CALLERS_SPAN}-01`;

let collector: OtlpCollector | null = null;
let system: StartedSystem | null = null;
afterEach(async () => {
  await system?.dispose();
  await collector?.stop();
  [system, collector] = [null, null];
});

async function start(mode: (typeof MODES)[number], endpoint: string): Promise<ApiClient> {
  system = await StartedSystem.start({ mode, env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, LOG_LEVEL: 'info' } });
  return new ApiClient(system.url, system.session.admin_token);
}

function sessionOf(started: StartedSystem | null): StartedSystem['session'] {
  if (started === null) throw new Error('the system was not started');
  return started.session;
}

function collected(name: string, correlationId: string): readonly CollectedSpan[] {
  const spans = collector?.spans() ?? [];
  return spans.filter((span) => span.name === name && span.attributes['keyledger.correlation_id'] === correlationId);
}

/** Waits for the one span of that name whose correlation id is that. */
function spanOf(name: string, correlationId: string): Promise<CollectedSpan> {
  return eventually(name, () => collected(name, correlationId)[0] ?? null);
}

/** Creates a key by a body of which a part arrives later, on the connection's own time. */
async function createInTwoHalves(headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  const [url, { admin_token }] = [system?.url ?? '', sessionOf(system)];
  const body = JSON.stringify({ name: 'traced' });
  const sent = request(`${url}/v1/api-keys`, {
    method: 'POST',
    headers: {
      ...headers,
      authorization: `Bearer ${admin_token}`,
      'content-type': 'application/json',
      'content-length': body.length,
    },
  });
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  sent.write(body.slice(0, 5));
  await delay(200);
  sent.end(body.slice(5));
  const [answer] = await answered;
  answer.resume();
  return answer.statusCode;
}

describe.each(MODES)('with a collector, %s', (mode) => {
  it("continues the caller's trace through command and append, and names what each projection made visible", async () => {
    collector = await OtlpCollector.start();
    await start(mode, collector.url);
    const id = `req-${randomUUID()}`;
    expect(await createInTwoHalves({ 'x-request-id': id, traceparent: TRACEPARENT })).toBe(201);

    const edge = await spanOf('POST /v1/api-keys', id);
    expect(edge).toMatchObject({ traceId: CALLERS_TRACE, parentSpanId: CALLERS_SPAN, status: 0 });
    expect(edge.attributes).toMatchObject({ 'http.route': '/v1/api-keys', 'http.response.status_code': 201 });
    const command = await spanOf('command apiKey', id);
    expect(command).toMatchObject({ traceId: CALLERS_TRACE, parentSpanId: edge.spanId });
    const append = await spanOf('append apiKey', id);
    expect(append).toMatchObject({ traceId: CALLERS_TRACE, parentSpanId: command.spanId });
    expect(append.attributes).toMatchObject({ 'keyledger.append_outcome': 'stored' });
    const service = mode === 'apart' ? 'keyledger-command-api' : 'keyledger';
    expect([edge, command, append]).toMatchObject([{ service }, { service }, { service }]);

    for (const name of PROJECTIONS) {
      const page = await eventually(name, () => {
        const pages = collector?.spans().filter((span) => span.name === name) ?? [];
        return pages.find(({ events }) => events.some((event) => event['keyledger.correlation_id'] === id)) ?? null;
      });
      expect(page).toMatchObject({
        parentSpanId: '',
        service: mode === 'apart' ? 'keyledger-projector' : 'keyledger',
      });
      expect(page.events).toContainEqual({
        'keyledger.event_type': 'api_key.created',
        'keyledger.correlation_id': id,
      });
    }
  });
});

it('tells the collector no secret, no name, no key and no organization, and nothing of a verification', async () => {
  collector = await OtlpCollector.start();
  const api = await start('embedded', collector.url);
  const name = 'a name that is nobody else’s business';
  const created = await api.post('/v1/api-keys', { name });
  const [id, secret] = [String(created.body['id']), String(created.body['secret'])];
  expect((await api.post('/v1/api-keys/verify', { key: secret })).body['valid']).toBe(true);
  // A client that mistakes one header for another.
  await api.get(`/v1/api-keys/${id}`, { 'x-request-id': secret });
  expect((await api.get('/v1/nowhere')).status).toBe(404);
  const last = `req-${randomUUID()}`;
  expect((await api.post(`/v1/api-keys/${id}/revoke`, { reason: name }, { 'x-request-id': last })).status).toBe(200);
  await spanOf('POST /v1/api-keys/:id/revoke', last);
  await spanOf('append apiKey', last);
  await spanOf('GET /v1/api-keys/:id', 'ak_live_[secret]');

  const everything = JSON.stringify(collector.received);
  const { org_id, org_slug, admin_token } = sessionOf(system);
  for (const kept of [secret, secret.slice(-20), name, id, id.slice(3, 19), org_id, org_slug, admin_token]) {
    expect(everything).not.toContain(kept);
  }
  expect(collector.spans().map((span) => span.name)).not.toContain('POST /v1/api-keys/verify');
});

it('marks what the server could not do as an error, and a refusal not', async () => {
  collector = await OtlpCollector.start();
  const api = await start('embedded', collector.url);
  const created = await api.post('/v1/api-keys', { name: 'revoked' });
  const key = `/v1/api-keys/${String(created.body['id'])}`;
  await api.post(`${key}/revoke`);
  const id = `req-${randomUUID()}`;
  expect((await api.post(`${key}/suspend`, {}, { 'x-request-id': id })).status).toBe(409);
  expect(await spanOf('command apiKey', id)).toMatchObject({
    status: 0,
    attributes: { 'error.type': 'api_key_not_active' },
  });
  expect(await spanOf('POST /v1/api-keys/:id/suspend', id)).toMatchObject({
    status: 0,
    attributes: { 'http.response.status_code': 409 },
  });
});

function drip(response: ServerResponse): void {
  response.writeHead(200);
  const dripping = setInterval(() => response.write(' '), 100);
  response.on('close', () => clearInterval(dripping));
}

it.each([
  ['refuses connections', null],
  ['never answers', () => undefined],
  ['answers for ever', drip],
])('answers, and stops in time, while the collector %s', async (_, answer) => {
  if (answer !== null) collector = await OtlpCollector.start(answer);
  const api = await start('embedded', collector?.url ?? 'http://127.0.0.1:1');
  const create = (): Promise<number> => api.post('/v1/api-keys', { name: 'untraced' }).then(({ status }) => status);
  for (let batch = 0; batch < 10; batch++) {
    const statuses = await Promise.all(Array.from({ length: 20 }, create));
    expect(statuses).toEqual(statuses.map(() => 201));
  }
  const lost = (): Promise<number> =>
    system?.log().then((log) => log.split('spans cannot be sent and are dropped').length - 1) ?? Promise.resolve(0);
  await eventually('a line of the log', async () => ((await lost()) > 0 ? true : null));
  expect(await create()).toBe(201);
  // The product cuts itself short after 9 s, and exits 1 then.
  expect(await system?.kill('SIGTERM')).toBe(0);
  expect(await lost()).toBe(1);
});
