import { connect } from 'node:net';
import { once } from 'node:events';
import { rawRequest } from '../testing/raw-request.js';
import { RunningApi } from '../testing/running-api.js';

let api: RunningApi;
let secret: string;
beforeAll(async () => {
  api = await RunningApi.start();
  ({ secret } = await api.key({ scopes: ['keys:manage'] }));
});
afterAll(() => api.stop());

const create = (body: string | undefined, headers: Record<string, string> = {}) =>
  api.call(api.credentials.admin, 'POST', '/v1/api-keys', body, headers);
const raw = (head: string, ...bodies: (string | Buffer)[]) =>
  rawRequest(api.url, `${head}\r\nhost: x\r\nx-api-key: ${secret}\r\nconnection: close\r\n`, ...bodies);
const rawBody = (bytes: string | Buffer, type = 'content-type: application/json\r\n') =>
  raw('POST /v1/api-keys HTTP/1.1', `${type}content-length: ${Buffer.byteLength(bytes)}\r\n\r\n`, bytes);

it.each([
  ['half an object', '{"name":'],
  ['a trailing comma', '{"name":"x",}'],
  ['single quotes', "{'name':'x'}"],
  ['a NUL byte', '{"name":"x"}\u0000'],
  ['a raw control character', '{"name":"a\nb"}'],
  ['NaN', '{"name":"x","seconds_until_expiration":NaN}'],
  ['two values', '{}{}'],
  ['blanks', '   '],
  ['a comment', '{"name":"x"} // y'],
  ['100,000 open brackets', '['.repeat(100_000)],
])('answers 400 malformed_json to %s', async (_, body) => {
  expect(await create(body)).toMatchObject({ status: 400, code: 'malformed_json' });
});

it('answers 400 malformed_json to bytes that are no UTF-8', async () => {
  for (const bytes of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xff, 0xfe, 0x7b, 0x00]]) {
    const answer = await rawBody(Buffer.concat([Buffer.from('{"name":"'), Buffer.from(bytes), Buffer.from('"}')]));
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('malformed_json')]);
  }
});

it.each([
  ['a list', '[]', 'body'],
  ['null', 'null', 'body'],
  ['a string', '"{}"', 'body'],
  ['a number', '5', 'body'],
  ['true', 'true', 'body'],
  ['100,000 nested lists', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'body'],
  ['100,000 nested lists in a member', `{"name":"x","a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'a'],
  ['100,000 nested objects in a field', `{"name":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`, 'name'],
  ['__proto__', '{"name":"x","__proto__":{"access":"full"}}', '__proto__'],
  ['__proto__ with the name in it', '{"__proto__":{"name":"x"}}', '__proto__'],
  ['a prototype by its constructor', '{"name":"x","constructor":{"prototype":{"a":1}}}', 'constructor'],
  ['1e999', '{"name":"x","seconds_until_expiration":1e999}', 'seconds_until_expiration'],
  ['2^53', '{"name":"x","seconds_until_expiration":9007199254740992}', 'seconds_until_expiration'],
  ['a lone surrogate', '{"name":"\\udc00"}', 'name'],
  ['a NUL', '{"name":"\\u0000"}', 'name'],
])('answers 422 to %s', async (_, body, field) => {
  const answer = await create(body);
  expect([answer.status, answer.code, answer.fields[0]]).toEqual([422, 'validation_failed', field]);
});

it('says every field that is wrong', async () => {
  const answer = await create('{"nmae":"x","type":5,"scopes":{}}');
  expect([...answer.fields].sort()).toEqual(['name', 'nmae', 'scopes', 'type']);
});

it('takes the last of two members of one name, a byte order mark, and numbers in any spelling', async () => {
  expect((await create('{"name":"a","name":"b"}')).body).toMatchObject({ name: 'b' });
  expect((await rawBody('\uFEFF{"name":"x"}')).status).toBe(201);
  expect((await create('{"name":"x","seconds_until_expiration":6e1}')).status).toBe(201);
  expect((await create('{"name":"x","seconds_until_expiration":60.0}')).status).toBe(201);
});

it.each([
  ['text/plain', 415],
  ['application/x-www-form-urlencoded', 415],
  ['multipart/form-data; boundary=x', 415],
  ['application/json; charset=latin1', 415],
  ['application/json; charset=utf-16', 415],
  ['application/merge-patch+json', 415],
  ['application', 415],
  ['application/json; charset=UTF-8', 201],
  ['application/json;charset="utf-8"', 201],
  ['Application/JSON', 201],
])('answers a body of type %s with %i', async (type, status) => {
  const answer = await create('{"name":"x"}', { 'content-type': type });
  expect([answer.status, answer.code]).toEqual([status, status === 415 ? 'unsupported_media_type' : null]);
});

it('takes no body for {}, with and without a content type, and no type for none that it knows', async () => {
  const head = 'POST /v1/api-keys HTTP/1.1';
  for (const rest of [
    '\r\n',
    'content-length: 0\r\n\r\n',
    'content-type: application/json\r\ncontent-length: 0\r\n\r\n',
    'content-type: text/plain\r\ncontent-length: 0\r\n\r\n',
    'content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
  ]) {
    const answer = await raw(head, rest);
    expect([rest, answer.status, answer.text]).toEqual([rest, 422, expect.stringContaining('"field":"name"')]);
  }
  expect((await rawBody('{"name":"x"}', '')).status).toBe(415);
});

it('answers 413 to a body of a byte over 1 MiB, announced or not', async () => {
  const fit = `{"name":"x","nothing":"${' '.repeat(1_048_576 - 25)}"}`;
  expect(Buffer.byteLength(fit)).toBe(1_048_576);
  expect(await create(fit)).toMatchObject({ status: 422, fields: ['nothing'] });
  expect(await create(`${fit} `)).toMatchObject({ status: 413, code: 'payload_too_large' });
  const chunk = `${(1_048_577).toString(16)}\r\n${fit} \r\n0\r\n\r\n`;
  const chunked = 'content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n';
  expect((await raw('POST /v1/api-keys HTTP/1.1', chunked, chunk)).status).toBe(413);
});

it('answers 431 to headers of 16 KiB and serves just less', async () => {
  expect(await api.call(secret, 'GET', '/v1/whoami', undefined, { 'x-long': 'a'.repeat(15_000) })).toMatchObject({
    status: 200,
  });
  expect(await api.call(secret, 'GET', '/v1/whoami', undefined, { 'x-long': 'a'.repeat(16_384) })).toMatchObject({
    ...{ status: 431, code: 'headers_too_large' },
  });
});

it('answers ids and cursors of any length as unknown ones', async () => {
  for (const id of ['x'.repeat(14_000), '%F0%9F%94%91', '..%2f..%2fetc', "';drop--", 'ak_%00']) {
    expect(await api.call(secret, 'GET', `/v1/api-keys/${id}`)).toMatchObject({
      ...{ status: 404, code: 'api_key_not_found' },
    });
  }
  for (const cursor of ['x'.repeat(14_000), '%00', '%F0%9F%94%91']) {
    expect(await api.call(secret, 'GET', `/v1/api-keys?cursor=${cursor}`)).toMatchObject({
      ...{ status: 400, code: 'invalid_cursor' },
    });
  }
});

it.each([
  ['no HTTP', 'hello\r\n\r\n'],
  ['a method that HTTP lacks', 'BREW /v1/api-keys HTTP/1.1\r\nhost: x\r\n\r\n'],
  ['a header without a name', 'GET /v1/whoami HTTP/1.1\r\nhost: x\r\n: y\r\n\r\n'],
  ['a wrong length', 'POST /v1/api-keys HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n'],
  [
    'two lengths',
    'POST /v1/api-keys HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  ['no host', 'GET /v1/whoami HTTP/1.1\r\nconnection: close\r\n\r\n'],
  ['an expectation that nobody meets', 'GET /v1/whoami HTTP/1.1\r\nhost: x\r\nexpect: 200-ok\r\n\r\n'],
  ['a tunnel through it', 'CONNECT example.com:443 HTTP/1.1\r\nhost: example.com:443\r\n\r\n'],
  ['a path that is no percent-encoding', 'GET /v1/api-keys/%zz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'],
])('answers 400 bad_request to %s', async (_, bytes) => {
  const answer = await rawRequest(api.url, bytes);
  expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('"code":"bad_request"')]);
  expect(answer.headers.get('x-request-id')).toMatch(/^req_/);
});

it('serves a client that waits for 100 Continue', async () => {
  const { status, text } = await rawBody('{"name":"x"}', 'content-type: application/json\r\nexpect: 100-continue\r\n');
  expect([status, text]).toEqual([100, expect.stringMatching(/^HTTP\/1\.1 201 /)]);
});

it('survives clients that go away in the middle, and makes nothing of half a request', async () => {
  const { port } = new URL(api.url);
  for (const cut of [10, 120, 170]) {
    const socket = connect(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    const request = `POST /v1/api-keys HTTP/1.1\r\nhost: x\r\nx-api-key: ${secret}\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n{"name":"Half`;
    await new Promise((resolve) => socket.write(request.slice(0, request.length - 180 + cut), resolve));
    socket.destroy();
  }
  const answer = await create('{"name":"Whole"}');
  expect((await api.getAfter(answer, '/v1/api-keys?q=Half')).body['data']).toEqual([]);
});
