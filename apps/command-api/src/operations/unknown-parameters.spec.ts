import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createCommandApi } from '../create-command-api.js';
import { DocumentedClient } from '../testing/documented-client.js';
import { testDependencies } from '../testing/test-dependencies.js';

let api: NestFastifyApplication;
let client: DocumentedClient;

beforeAll(async () => {
  api = await createCommandApi(testDependencies());
  client = await DocumentedClient.of(api);
});
afterAll(() => api.close());

it('refuses a query parameter on every route outside of /v1, and a HEAD with one', async () => {
  const { body } = await client.request('GET', '/openapi.json');
  const { paths } = body as { paths: Record<string, unknown> };
  const routes = Object.keys(paths).filter((path) => !path.startsWith('/v1/'));
  expect(routes).toContain('/healthz');
  const headers = { authorization: 'Bearer platform' };
  for (const route of routes) {
    const path = `${route.replace('{file}', 'x')}?nothing=1`;
    const answer = await client.request('GET', path, { headers });
    expect([path, answer.status, answer.body]).toMatchObject([
      ...[path, 422],
      { detail: { code: 'validation_failed', fields: [{ field: 'nothing' }] } },
    ]);
    expect([path, (await client.request('HEAD', path, { headers })).status]).toEqual([path, 422]);
  }
});

it('says nothing of the parameter to somebody without the credential', async () => {
  expect((await client.request('GET', '/metrics?nothing=1')).status).toBe(401);
});
