import { ProductMetrics } from '#libs/observability';
import { createOperationsServer } from './operations-server.js';

let fails = false;
const readiness = () =>
  fails ? Promise.reject(new Error('secret')) : Promise.resolve({ ready: true, dependencies: {}, projections: [] });
const server = createOperationsServer(readiness, new ProductMetrics({ processMetrics: false }));
afterAll(() => server.close());
beforeEach(() => {
  fails = false;
});

const PATHS = ['/healthz', '/readyz', '/metrics'];

it.each(PATHS)('serves %s', async (url) => {
  expect((await server.inject(url)).statusCode).toBe(200);
  expect((await server.inject({ method: 'HEAD', url })).statusCode).toBe(200);
});

it.each(PATHS)('refuses a query parameter of %s', async (url) => {
  const answer = await server.inject({ url: `${url}?nothing=1`, headers: { 'x-request-id': 'mine' } });
  expect([answer.statusCode, answer.headers['x-request-id'], answer.json()]).toEqual([
    ...[422, 'mine'],
    {
      detail: {
        ...{ code: 'validation_failed', message: 'The request has the wrong shape.', request_id: 'mine' },
        fields: [{ field: 'nothing', message: 'is not a parameter of this call' }],
      },
    },
  ]);
});

it.each(PATHS)('refuses another method of %s, whatever its body', async (url) => {
  for (const payload of ['', '{', 'x'.repeat(2_000)]) {
    const answer = await server.inject({
      method: 'POST',
      url,
      payload,
      headers: { 'content-type': 'application/json' },
    });
    expect([answer.statusCode, answer.headers['allow']]).toEqual([405, 'GET, HEAD']);
    expect(answer.json()).toMatchObject({ detail: { code: 'method_not_allowed' } });
  }
});

it.each([
  ['/nothing', 404, 'not_found'],
  ['/healthz/', 404, 'not_found'],
  ['/%zz', 400, 'bad_request'],
])('refuses %s in the shape of the contract', async (url, status, code) => {
  const answer = await server.inject({ url, headers: { 'x-request-id': 'not visible' } });
  expect(answer.statusCode).toBe(status);
  expect(answer.json()).toEqual({
    detail: { code, message: expect.any(String) as string, request_id: expect.stringMatching(/^req_/) as string },
  });
});

it('tells nothing of what went wrong inside', async () => {
  fails = true;
  const answer = await server.inject('/readyz');
  expect([answer.statusCode, answer.body.includes('secret')]).toEqual([500, false]);
  expect(answer.json()).toMatchObject({ detail: { code: 'internal_error' } });
});
