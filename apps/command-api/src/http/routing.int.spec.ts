import { rawRequest } from '../testing/raw-request.js';
import { RunningApi } from '../testing/running-api.js';

let api: RunningApi;
let id: string;
beforeAll(async () => {
  api = await RunningApi.start();
  ({ id } = await api.key({ scopes: ['audit:read'] }));
});
afterAll(() => api.stop());

const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  api.call(api.credentials.admin, method, path, body, headers);

it.each([
  '/',
  '/v1',
  '/v1/',
  '/v1/api-keys/',
  '/v1//api-keys',
  '/V1/api-keys',
  '/v1/API-KEYS',
  '/v1/api-keys/x/rotate/',
  '/v1/api-keys/x/y/z',
  '/v1/api-keys//rotate',
  '/v2/api-keys',
])('answers 404 not_found to %s, whoever asks', async (path) => {
  for (const credential of [api.credentials.admin, null]) {
    for (const method of ['GET', 'POST', 'OPTIONS']) {
      expect(await api.call(credential, method, path)).toMatchObject({ status: 404, code: 'not_found' });
    }
  }
});

it.each([
  ['/v1/api-keys', ['PUT', 'PATCH', 'DELETE', 'OPTIONS'], 'GET, HEAD, POST'],
  ['/v1/api-keys/x', ['PUT', 'POST', 'OPTIONS'], 'DELETE, GET, HEAD, PATCH'],
  ['/v1/api-keys/x/rotate', ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'], 'POST'],
  ['/v1/api-keys/x/history', ['POST', 'DELETE'], 'GET, HEAD'],
  ['/v1/system_audit_log', ['POST', 'DELETE', 'PATCH'], 'GET, HEAD'],
  ['/v1/system_audit_log/export_ack', ['GET', 'DELETE'], 'POST'],
  ['/v1/whoami', ['POST', 'OPTIONS'], 'GET, HEAD'],
  ['/healthz', ['POST', 'DELETE'], 'GET, HEAD'],
])('answers 405 with Allow to another method of %s', async (path, methods, allow) => {
  for (const method of methods) {
    const answer = await call(method, path);
    expect([method, answer.status, answer.headers.get('allow')]).toEqual([method, 405, allow]);
    expect(answer.code).toBe(method === 'HEAD' ? null : 'method_not_allowed');
  }
});

it.each(['PROPFIND', 'TRACE', 'LINK', 'QUERY'])('answers 405 to %s, which no route takes', async (method) => {
  const answer = await rawRequest(api.url, `${method} /v1/api-keys HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
  expect(answer.text).toContain('"code":"method_not_allowed"');
});

it('answers HEAD with the headers of GET, and nothing else', async () => {
  for (const path of ['/v1/api-keys', `/v1/api-keys/${id}`, '/v1/system_audit_log', '/v1/whoami', '/healthz']) {
    const [get, head] = [await call('GET', path), await call('HEAD', path)];
    expect([path, head.status, head.text]).toEqual([path, get.status, '']);
    for (const name of ['content-type', 'x-total-count', 'content-range', 'cache-control']) {
      expect([name, head.headers.get(name)]).toEqual([name, get.headers.get(name)]);
    }
  }
  expect((await call('HEAD', '/v1/api-keys/x')).status).toBe(404);
  expect((await call('HEAD', '/v1/api-keys?limit=0')).status).toBe(422);
  expect((await api.call(null, 'HEAD', '/v1/api-keys')).status).toBe(401);
});

it('takes a percent-encoded id for the id that it spells', async () => {
  const encoded = `/v1/api-keys/${id.replace('_', '%5F')}`;
  expect((await call('GET', encoded)).body['id']).toBe(id);
  expect((await call('POST', `${encoded}/suspend`)).body['id']).toBe(id);
  expect((await call('POST', `${encoded}/reactivate`)).body['id']).toBe(id);
});

it.each([
  ['POST', '/v1/api-keys', { name: 'x' }],
  ['POST', '/v1/api-keys/verify', { key: 'x' }],
  ['PATCH', '/v1/api-keys/ID', {}],
  ['DELETE', '/v1/api-keys/ID', undefined],
  ['POST', '/v1/api-keys/ID/rotate', {}],
  ['POST', '/v1/api-keys/ID/revoke', {}],
  ['POST', '/v1/api-keys/ID/suspend', {}],
  ['POST', '/v1/api-keys/ID/reactivate', {}],
  ['POST', '/v1/system_audit_log/export_ack', { row_count: 1 }],
])('takes no query parameter at %s %s', async (method, template, body) => {
  const path = template.replace('ID', id);
  expect(await call(method, `${path}?dry_run=true`, body)).toMatchObject({
    ...{ status: 422, code: 'validation_failed', fields: ['dry_run'] },
  });
  expect(await call(method, `${path}?__proto__=1`, body)).toMatchObject({ status: 422, fields: ['__proto__'] });
});

it('echoes a request id into header, error and audit log, and mints one in the place of a bad one', async () => {
  const ours = { 'x-request-id': 'my/request:1' };
  const made = await call('POST', '/v1/api-keys', { name: 'x' }, ours);
  expect(made.headers.get('x-request-id')).toBe('my/request:1');
  const trail = await api.getAfter(made, `/v1/activity?target_type=api_key&target_id=${String(made.body['id'])}`);
  expect(trail.body['data']).toMatchObject([{ context: { request_id: 'my/request:1' } }]);
  const refused = await call('POST', '/v1/api-keys', {}, ours);
  expect([refused.headers.get('x-request-id'), refused.body]).toMatchObject([
    ...['my/request:1', { detail: { request_id: 'my/request:1' } }],
  ]);
  for (const bad of ['', 'a b', 'x'.repeat(129), '\u00e4']) {
    const answer = await call('POST', '/v1/api-keys', {}, { 'x-request-id': bad });
    const minted = answer.headers.get('x-request-id') ?? '';
    expect(minted).toMatch(/^req_[\w-]{13,}$/);
    expect(answer.body).toMatchObject({ detail: { request_id: minted } });
  }
  const longest = 'x'.repeat(128);
  expect((await call('GET', '/v1/whoami', undefined, { 'x-request-id': longest })).headers.get('x-request-id')).toBe(
    longest,
  );
});

it('lets nothing of an answer be cached, sniffed or framed', async () => {
  for (const answer of [
    await call('GET', '/v1/whoami'),
    await call('GET', '/nothing'),
    await call('PUT', '/healthz'),
  ]) {
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  }
});
