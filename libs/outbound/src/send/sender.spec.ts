import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '#libs/testing';
import { senderOfTest } from '../testing/sender-of-test.js';
import type { Sender } from './sender.js';
import type { Sent } from './sent.js';

const BODY = Buffer.from('{"id":"evt_1","text":"ü"}');

let server: Server;
let sender: Sender;
let requests: { readonly request: IncomingMessage; readonly body: Buffer }[];
let respond: RequestListener;

beforeEach(async () => {
  requests = [];
  respond = (_, response) => response.writeHead(204).end();
  server = createServer((request, response) => {
    void request.toArray().then((chunks) => {
      requests.push({ request, body: Buffer.concat(chunks as Buffer[]) });
      respond(request, response);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  sender = senderOfTest();
});
afterEach(async () => {
  await sender.close();
  server.closeAllConnections();
  server.close();
});

const url = (path = '/hooks?a=b'): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
const send = (signal?: AbortSignal, headers: Record<string, string> = { 'webhook-id': 'evt_1' }): Promise<Sent> =>
  sender.send({ url: url(), headers, body: BODY, ...(signal === undefined ? {} : { signal }) });

it('posts the very bytes with the headers that were given', async () => {
  expect(await send()).toMatchObject({ responseStatus: 204, errorClass: null, responseBody: '', aborted: false });
  expect(requests).toHaveLength(1);
  const { method, url: path, headers, httpVersion } = requests[0]?.request ?? {};
  expect([method, path, httpVersion]).toEqual(['POST', '/hooks?a=b', '1.1']);
  expect(requests[0]?.body.equals(BODY)).toBe(true);
  expect(headers).toEqual({
    host: new URL(url()).host,
    connection: 'keep-alive',
    'content-length': String(BODY.length),
    'content-type': 'application/json',
    'user-agent': 'Keyledger-Webhooks/1',
    accept: '*/*',
    'accept-encoding': 'identity',
    'webhook-id': 'evt_1',
  });
});

it.each([
  ...[200, 201, 202, 204, 299].map((status) => [status, null] as const),
  ...[300, 301, 302, 303, 304, 307, 308].map((status) => [status, 'redirect'] as const),
  ...[400, 401, 404, 410, 429, 500, 503, 999].map((status) => [status, 'status'] as const),
])('takes %s for %s', async (status, errorClass) => {
  respond = (_, response) => response.writeHead(status, { location: url('/elsewhere') }).end();
  expect(await send()).toMatchObject({ responseStatus: status, errorClass, retryAfterSeconds: null });
  expect(requests.map(({ request }) => request.url)).toEqual(['/hooks?a=b']);
});

it('reads the first 4 KiB as text that Postgres stores', async () => {
  respond = (_, response) => response.end(Buffer.concat([Buffer.from('a\0b\xff', 'latin1'), Buffer.from('ü')]));
  expect((await send()).responseBody).toBe('a\ufffdb\ufffdü');
  respond = (_, response) => response.end(`${'a'.repeat(4_095)}üb`);
  expect((await send()).responseBody).toBe('a'.repeat(4_095));
});

it('understands Retry-After of any answer', async () => {
  respond = (_, response) => response.writeHead(503, { 'retry-after': '120' }).end();
  expect(await send()).toMatchObject({ errorClass: 'status', retryAfterSeconds: 120 });
});

it('uses a connection again, also behind an answer of just 4 KiB', async () => {
  const ports = new Set<number | undefined>();
  respond = (request, response) => {
    ports.add(request.socket.remotePort);
    response.end('a'.repeat(4_096));
  };
  for (let sends = 0; sends < 5; sends++) expect((await send()).responseBody).toHaveLength(4_096);
  expect(ports.size).toBe(1);
});

it('opens another for what is sent at the same time, and hangs up when it is closed', async () => {
  const results = await Promise.all(Array.from({ length: 20 }, () => send()));
  expect(results.filter(({ errorClass }) => errorClass !== null)).toEqual([]);
  expect(requests).toHaveLength(20);
  await sender.close();
  await eventually(
    'no connection left',
    () =>
      new Promise<true | null>((resolve) => server.getConnections((_, count) => resolve(count === 0 ? true : null))),
  );
});

it('does nothing where it was given up before', async () => {
  expect(await send(AbortSignal.abort())).toMatchObject({ aborted: true });
  expect(requests).toHaveLength(0);
});

it('ends at once where it is given up, and says that it was no attempt', async () => {
  const stop = new AbortController();
  respond = () => stop.abort();
  const sent = await send(stop.signal);
  expect(sent).toMatchObject({ aborted: true, responseStatus: null });
  // Never to be taken for a success.
  expect(sent.errorClass).not.toBeNull();
});

it('gives up what is being sent when it is closed', async () => {
  respond = () => undefined;
  const sending = [send(), send()];
  await eventually('both there', () => (requests.length === 2 ? true : null));
  await sender.close();
  expect(await Promise.all(sending)).toMatchObject([{ aborted: true }, { aborted: true }]);
  expect(await send()).toMatchObject({ aborted: true });
});

it.each(['http://10.0.0.1/', 'http://127.0.0.3/', 'nonsense', 'https://localhost/', 'https://user@example.com/'])(
  'has %s for blocked',
  async (text) => {
    expect(await sender.send({ url: text, headers: {}, body: BODY })).toMatchObject({
      errorClass: 'blocked',
      responseStatus: null,
      responseBody: null,
      aborted: false,
    });
  },
);

it('says that nobody listens', async () => {
  const nobody = url();
  server.close();
  await once(server, 'close');
  expect(await sender.send({ url: nobody, headers: {}, body: BODY })).toMatchObject({ errorClass: 'connect' });
});

it('never rejects, also where a header is impossible', async () => {
  expect(await send(undefined, { 'x-bad': 'a\r\nb: c' })).toMatchObject({ errorClass: 'reset' });
  expect(await send()).toMatchObject({ errorClass: null });
});
