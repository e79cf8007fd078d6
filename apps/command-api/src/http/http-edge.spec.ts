import { once } from 'node:events';
import { connect } from 'node:net';
import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DatabaseUnavailable } from '#libs/postgres';
import { EventStoreUnavailable, toPosition } from '#libs/event-store';
import type { CommandApiDependencies } from '../command-api-dependencies.js';
import { createCommandApi } from '../create-command-api.js';
import { testDependencies } from '../testing/test-dependencies.js';
import { LogPositions } from './log-positions.js';
import { IntegerField, TextField, TextListField, WordField } from './request-fields.js';
import { CHANGE_KEYS, READ_KEYS } from './route-access.js';
import { Contract, type RouteContract } from './route-contract.js';

class ThingRequest {
  @TextField({ max: 5 })
  name!: string;

  @TextField({ max: 10, lineBreaks: true, optional: true, nullable: true })
  description?: string | null;

  @IntegerField({ min: 1, max: 2 ** 60, optional: true })
  seconds?: number;

  @WordField(['a', 'b'], { optional: true })
  word?: string;

  @TextListField({ max: 3, maxItems: 2, optional: true })
  list?: string[];
}

const contract: RouteContract = {
  operationId: 'test',
  summary: 'A route of this test',
  tag: 'API keys',
  access: CHANGE_KEYS,
  answers: [],
};

let failure: Error | null = null;

@Controller('/v1/things')
class ThingsController {
  @Post()
  @HttpCode(200)
  @Contract(contract)
  create(@Body() body: ThingRequest): object {
    if (failure !== null) throw failure;
    return { got: { ...body } };
  }

  @Get('/:id')
  @Contract({ ...contract, access: READ_KEYS, readModel: 'api-keys' })
  get(@Param('id') id: string): object {
    return { id };
  }
}

class ThingsModule {}

let api: NestFastifyApplication;
let dependencies: CommandApiDependencies;
const waits: unknown[] = [];
let reached = true;

beforeAll(async () => {
  dependencies = testDependencies({
    modules: [{ module: ThingsModule, controllers: [ThingsController] }],
    waitFor: (...wait) => {
      waits.push(wait);
      return Promise.resolve(reached);
    },
  });
  api = await createCommandApi(dependencies);
  await api.listen(0, '127.0.0.1');
});
afterAll(() => api.close());
beforeEach(() => {
  failure = null;
  reached = true;
  waits.length = 0;
});

const JSON_TYPE = { 'content-type': 'application/json', authorization: 'Bearer admin' };

async function post(payload: string | Buffer, headers: Record<string, string> = JSON_TYPE) {
  const response = await api.inject({ method: 'POST', url: '/v1/things', payload, headers });
  return { response, status: response.statusCode, body: response.json<Record<string, never>>() };
}

async function detailOf(payload: string | Buffer, headers?: Record<string, string>) {
  const { status, body } = await post(payload, headers);
  return { status, ...(body['detail'] as unknown as { code: string; fields?: object[]; message: string }) };
}

it('takes a body that has the right shape', async () => {
  const { status, body } = await post(
    '{"name":"😀😀😀😀😀","seconds":5,"word":"a","list":["x"],"description":"a\\n\\tb"}',
  );
  expect(status).toBe(200);
  expect(body).toEqual({ got: { name: '😀😀😀😀😀', seconds: 5, word: 'a', list: ['x'], description: 'a\n\tb' } });
});

it.each([
  ['no JSON', '{"name":'],
  ['a trailing comma', '{"name":"x",}'],
  ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ['nothing but brackets', '['.repeat(500_000)],
])('answers 400 malformed_json to %s', async (_, payload) => {
  expect(await detailOf(payload)).toMatchObject({ status: 400, code: 'malformed_json' });
});

it.each([
  ['a missing field', '{}', 'name'],
  ['a wrong type', '{"name":5}', 'name'],
  ['too many code points', '{"name":"😀😀😀😀😀😀"}', 'name'],
  ['a NUL', '{"name":"a\\u0000"}', 'name'],
  ['a lone surrogate', '{"name":"\\ud800"}', 'name'],
  ['the secret of a key', JSON.stringify({ name: `leaked ak_live_${'a'.repeat(69)}` }), 'name'],
  ['a line break where none may be', '{"name":"a\\nb"}', 'name'],
  ['null where it is no value', '{"name":null}', 'name'],
  ['an unknown property', '{"name":"x","nmae":"y"}', 'nmae'],
  ['a property of every object', '{"name":"x","toString":"y"}', 'toString'],
  ['a poisoned prototype', '{"name":"x","__proto__":{"admin":true}}', '__proto__'],
  ['a poisoned constructor', '{"name":"x","constructor":{"prototype":{"admin":true}}}', 'constructor'],
  ['a number in quotes', '{"name":"x","seconds":"5"}', 'seconds'],
  ['an overflowing number', '{"name":"x","seconds":1e999}', 'seconds'],
  ['a number that JSON rounds', '{"name":"x","seconds":9007199254740993}', 'seconds'],
  ['a fraction', '{"name":"x","seconds":1.5}', 'seconds'],
  ['a word of another set', '{"name":"x","word":"c"}', 'word'],
  ['a list that is none', '{"name":"x","list":"c"}', 'list'],
  ['a list of something else', '{"name":"x","list":[1]}', 'list'],
  ['a list that is too long', '{"name":"x","list":["1","2","3"]}', 'list'],
  ['a body that is a list', '[]', 'body'],
  ['a body that is a string', '"x"', 'body'],
  ['a body that is null', 'null', 'body'],
  ['deep nesting', `{"name":"x","deep":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'deep'],
])('answers 422 with the field to %s', async (_, payload, field) => {
  const detail = await detailOf(payload);
  expect(detail).toMatchObject({ status: 422, code: 'validation_failed' });
  expect(detail.fields).toMatchObject([{ field }]);
});

it.each([{ 'content-type': 'application/json' }, { 'content-type': 'text/plain' }, {}])(
  'takes no body as {} with headers %j',
  async (headers) => {
    const detail = await detailOf('', { authorization: 'Bearer admin', ...headers } as Record<string, string>);
    expect(detail).toMatchObject({ status: 422, fields: [{ field: 'name' }] });
  },
);

it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=latin1', 'nonsense'])(
  'answers 415 to a body of type %s',
  async (type) => {
    const detail = await detailOf('{"name":"x"}', { ...JSON_TYPE, 'content-type': type });
    expect(detail).toMatchObject({ status: 415, code: 'unsupported_media_type' });
  },
);

it('answers 413 to a body over 1 MiB and takes one of exactly that', async () => {
  const fit = `{"name":"x","description":"${' '.repeat(1_048_576 - 29)}"}`;
  expect(Buffer.byteLength(fit)).toBe(1_048_576);
  expect(await detailOf(fit)).toMatchObject({ status: 422 });
  expect(await detailOf(`${fit} `)).toMatchObject({ status: 413, code: 'payload_too_large' });
});

it('looks at credential, permission and body in that order', async () => {
  expect(await detailOf('nonsense', {})).toMatchObject({ status: 401, code: 'unauthorized' });
  expect(await detailOf('nonsense', { authorization: 'Bearer member' })).toMatchObject({ status: 401 });
  expect(await detailOf('nonsense', { authorization: 'Bearer plain' })).toMatchObject({
    status: 403,
    code: 'insufficient_scope',
    required_scope: 'keys:manage',
  });
  expect(await detailOf('nonsense', { authorization: 'Bearer platform' })).toMatchObject({ status: 401 });
  expect(await detailOf('nonsense', { authorization: 'Bearer admin' })).toMatchObject({ status: 415 });
});

it('answers 404 to an unknown route and 405 with Allow to another method, whatever the body', async () => {
  const unknown = await api.inject({
    method: 'POST',
    url: '/v1/nothing',
    payload: 'x',
    headers: { 'content-type': 'x/y' },
  });
  expect([unknown.statusCode, unknown.json()]).toMatchObject([404, { detail: { code: 'not_found' } }]);
  const other = await api.inject({ method: 'DELETE', url: '/v1/things/7?x=y' });
  expect([other.statusCode, other.json()]).toMatchObject([405, { detail: { code: 'method_not_allowed' } }]);
  expect(other.headers['allow']).toBe('GET, HEAD');
});

it.each([
  [new EventStoreUnavailable('10.0.0.7 is down'), 'event_store_unavailable'],
  [new DatabaseUnavailable('10.0.0.7 is down'), 'database_unavailable'],
])('answers 503 with Retry-After and nothing internal to %s', async (error, code) => {
  failure = error;
  const { response, status, body } = await post('{"name":"x"}');
  expect([status, body]).toMatchObject([503, { detail: { code } }]);
  expect(response.headers['retry-after']).toBe('1');
  expect(response.body).not.toContain('10.0.0.7');
});

it('answers 500 without any detail to anything unexpected', async () => {
  failure = Object.assign(new Error('select * from secrets'), { code: '42P01' });
  const { response, status, body } = await post('{"name":"x"}', { ...JSON_TYPE, 'x-request-id': 'r-1' });
  expect(status).toBe(500);
  expect(body).toEqual({
    detail: { code: 'internal_error', message: 'Something went wrong on our side.', request_id: 'r-1' },
  });
  expect(response.body).not.toContain('select');
});

it('echoes a request id that is visible ASCII and mints one otherwise, on every answer', async () => {
  for (const url of ['/v1/things/7', '/v1/nothing', '/%zz']) {
    const kept = await api.inject({ url, headers: { 'x-request-id': 'abc-1' } });
    expect(kept.headers['x-request-id']).toBe('abc-1');
    const minted = await api.inject({ url, headers: { 'x-request-id': 'with space' } });
    expect(minted.headers['x-request-id']).toMatch(/^req_[\w-]{12,}$/);
  }
});

it('waits for the position that a reader asks for', async () => {
  const position = toPosition(42n);
  const headers = {
    authorization: 'Bearer admin',
    'x-min-log-position': new LogPositions(dependencies.tokens).seal(position),
  };
  expect((await api.inject({ url: '/v1/things/7', headers })).statusCode).toBe(200);
  expect(waits).toEqual([['api-keys', position, 50]]);
  reached = false;
  const behind = await api.inject({ url: '/v1/things/7', headers });
  expect([behind.statusCode, behind.json()]).toMatchObject([503, { detail: { code: 'read_model_behind' } }]);
  expect(behind.headers['retry-after']).toBe('1');
  const foreign = await api.inject({ url: '/v1/things/7', headers: { ...headers, 'x-min-log-position': 'made-up' } });
  expect([foreign.statusCode, foreign.json()]).toMatchObject([422, { detail: { code: 'validation_failed' } }]);
});

it('answers HEAD as GET without a body', async () => {
  const head = await api.inject({ method: 'HEAD', url: '/v1/things/7', headers: { authorization: 'Bearer admin' } });
  expect([head.statusCode, head.body]).toEqual([200, '']);
  expect((await api.inject({ method: 'HEAD', url: '/v1/things/7' })).statusCode).toBe(401);
});

async function raw(bytes: string): Promise<string> {
  const { port } = api.getHttpServer().address() as { port: number };
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(bytes);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'close');
  return Buffer.concat(chunks).toString();
}

it.each([
  ['431', `GET /healthz HTTP/1.1\r\nhost: x\r\nx-big: ${'a'.repeat(16_384)}\r\n\r\n`, 'headers_too_large'],
  ['400', 'no http at all\r\n\r\n', 'bad_request'],
  ['400', 'POST /healthz HTTP/1.1\r\nhost: x\r\ncontent-length: x\r\n\r\n', 'bad_request'],
  ['400', 'GET /v1/things/%zz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n', 'bad_request'],
])('answers %s as JSON to what Node or the router cannot read', async (status, bytes, code) => {
  const answer = await raw(bytes);
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(answer).toMatch(/x-request-id: req_/);
  expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ detail: { code } });
});
