import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createOperationsServer, type Readiness } from '#libs/operations';
import { createCommandApi } from '../create-command-api.js';
import { DocumentedClient } from '../testing/documented-client.js';
import { testDependencies } from '../testing/test-dependencies.js';

const projections = [{ name: 'api-keys', version: 1, state: 'running', lag_seconds: 0.5, parked_streams: 1 }];
let readiness: Readiness = { ready: true, dependencies: { database: 'ok' }, projections };
const dependencies = testDependencies({ readiness: () => Promise.resolve(readiness) });
let api: NestFastifyApplication;
let client: DocumentedClient;

beforeAll(async () => {
  api = await createCommandApi(dependencies);
  client = await DocumentedClient.of(api);
});
afterAll(() => api.close());
beforeEach(() => {
  readiness = { ready: true, dependencies: { database: 'ok' }, projections };
});

const get = (path: string, credential?: string) =>
  client.request('GET', path, credential === undefined ? {} : { headers: { authorization: `Bearer ${credential}` } });

it('is alive', async () => {
  expect(await get('/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } });
});

it('is ready or not, with the reasons for the platform token alone', async () => {
  expect((await get('/readyz')).body).toEqual({ status: 'ready' });
  for (const credential of ['admin', 'wrong'])
    expect((await get('/readyz', credential)).body).toEqual({ status: 'ready' });
  readiness = { ready: false, dependencies: { database: 'unavailable' }, projections };
  expect(await get('/readyz')).toMatchObject({ status: 503, body: { status: 'not_ready' } });
  expect((await get('/readyz', 'platform')).body).toEqual({
    status: 'not_ready',
    dependencies: { database: 'unavailable' },
    projections,
  });
});

it('shows metrics to the platform token alone', async () => {
  await get('/healthz');
  const { status, text } = await get('/metrics', 'platform');
  expect(status).toBe(200);
  expect(text).toContain('keyledger_http_requests_total{method="GET",route="/healthz",status="200"}');
  for (const credential of ['admin', 'plain', 'wrong', undefined]) {
    expect(await get('/metrics', credential)).toMatchObject({
      status: 401,
      body: { detail: { code: 'unauthorized' } },
    });
  }
});

it('shows all of it openly on the port for metrics', async () => {
  const server = createOperationsServer(() => Promise.resolve(readiness), dependencies.metrics);
  expect((await server.inject('/readyz')).json()).toEqual({
    status: 'ready',
    dependencies: { database: 'ok' },
    projections,
  });
  expect((await server.inject('/healthz')).statusCode).toBe(200);
  expect((await server.inject('/metrics')).body).toContain('keyledger_http_requests_total');
  await server.close();
});

it('documents every route that there is', async () => {
  const { body } = await get('/openapi.json');
  const { paths, openapi } = body as { openapi: string; paths: Record<string, Record<string, { responses: object }>> };
  expect(openapi).toBe('3.1.0');
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(operations.sort()).toEqual([
    'GET /docs',
    'GET /docs/assets/{file}',
    'GET /docs/{file}',
    'GET /healthz',
    'GET /llms.txt',
    'GET /metrics',
    'GET /openapi.json',
    'GET /readyz',
    'GET /v1/activity',
    'GET /v1/api-keys',
    'GET /v1/api-keys/{id}',
    'GET /v1/api-keys/{id}/history',
    'GET /v1/jobs',
    'GET /v1/jobs/{id}',
    'GET /v1/jobs/{id}/history',
    'GET /v1/log',
    'GET /v1/policy-types',
    'GET /v1/scopes',
    'GET /v1/system_audit_log',
    'GET /v1/system_audit_log/export',
    'GET /v1/system_audit_log/metadata',
    'GET /v1/usage',
    'GET /v1/webhooks',
    'GET /v1/webhooks/{id}',
    'GET /v1/webhooks/{id}/deliveries',
    'GET /v1/webhooks/{id}/deliveries/{delivery_id}',
    'GET /v1/whoami',
    'POST /v1/api-keys/verify',
  ]);
  expect(Object.keys(paths['/v1/api-keys/{id}']?.['get']?.responses ?? {})).toEqual([
    ...['200', '400', '401', '403', '404', '408', '422', '429', '431', '500', '502', '503'],
  ]);
});

it('has a reference page that needs nothing from elsewhere', async () => {
  const page = await get('/docs');
  expect(page.status).toBe(200);
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
  const sources = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source = '']) => source);
  expect(sources).toHaveLength(4);
  for (const source of sources) expect([source, (await get(source)).status]).toEqual([source, 200]);
  expect((await get('/docs/assets/package.json')).status).toBe(404);
});

it('serves the documentation as Markdown, listed in llms.txt', async () => {
  const { text } = await get('/llms.txt');
  const links = [...text.matchAll(/\]\((\/docs\/[^)]+)\)/g)].map(([, link = '']) => link);
  expect(links).toContain('/docs/settings.md');
  for (const link of links) {
    const page = await get(link);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/markdown; charset=utf-8']);
  }
  for (const path of ['/docs/nothing.md', '/docs/../package.json', '/docs/%2e%2e/package.json']) {
    expect((await get(path)).status).toBe(404);
  }
});
