import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import tls, { type TLSSocket } from 'node:tls';
import { TestAuthority, type Certificate } from '../testing/certificates.js';
import { NameServer } from '../testing/name-server.js';
import { senderOfTest } from '../testing/sender-of-test.js';
import { TcpReceiver } from '../testing/tcp-receiver.js';
import type { Sent } from './sent.js';

let authority: TestAuthority;
let names: NameServer;
const trusted = tls.getCACertificates('default');
beforeAll(async () => {
  authority = new TestAuthority();
  tls.setDefaultCACertificates([...trusted, authority.cert]);
  names = await NameServer.start();
  for (const name of ['receiver.example', 'other.example']) names.zone.set(name, ['127.0.0.1']);
});
afterAll(() => {
  tls.setDefaultCACertificates(trusted);
  names.close();
  authority.dispose();
});

/** What becomes of a send to `https://host` where that is presented. */
async function sentTo(host: string, certificate: Certificate, options = {}, listener?: RequestListener): Promise<Sent> {
  const server: Server = createServer(
    { ...certificate, ...options },
    listener ?? ((_, response) => response.end('ok')),
  );
  server.on('tlsClientError', () => undefined).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await post(host, (server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function post(host: string, port: number, deadlineMs = 10_000): Promise<Sent> {
  const sender = senderOfTest({ names, deadlineMs });
  try {
    return await sender.send({ url: `https://${host}:${port}/`, headers: {}, body: Buffer.from('{}') });
  } finally {
    await sender.close();
  }
}

it('checks the certificate against the name, says the name and speaks HTTP/1.1 alone', async () => {
  let seen: unknown;
  const sent = await sentTo('receiver.example', authority.certify('DNS:receiver.example'), {}, (request, response) => {
    const { servername, alpnProtocol } = request.socket as TLSSocket & { readonly servername: string };
    seen = { servername, alpnProtocol, host: request.headers.host?.split(':')[0] };
    response.end('ok');
  });
  expect(sent).toMatchObject({ responseStatus: 200, errorClass: null, responseBody: 'ok' });
  expect(seen).toEqual({ servername: 'receiver.example', alpnProtocol: 'http/1.1', host: 'receiver.example' });
});

it('checks the certificate of an address against the address', async () => {
  expect(await sentTo('127.0.0.1', authority.certify('IP:127.0.0.1'))).toMatchObject({ errorClass: null });
  expect(await sentTo('127.0.0.1', authority.certify('DNS:receiver.example'))).toMatchObject({ errorClass: 'tls' });
});

it('takes a gigabyte by TLS for what it is', async () => {
  const sent = await sentTo('receiver.example', authority.certify('DNS:receiver.example'), {}, (_, response) => {
    response.on('error', () => undefined).writeHead(200, { 'content-length': 2 ** 30 });
    response.write(Buffer.alloc(2 ** 24, 'a'));
  });
  expect(sent).toMatchObject({ errorClass: null, responseBody: 'a'.repeat(4_096) });
});

it.each([
  ['another name', () => authority.certify('DNS:other.example'), {}],
  ['a wildcard of another level', () => authority.certify('DNS:*.receiver.example'), {}],
  ['nobody to certify it', () => authority.selfSigned('receiver.example'), {}],
  ['an old protocol', () => authority.certify('DNS:receiver.example'), { maxVersion: 'TLSv1.1', minVersion: 'TLSv1' }],
  ['HTTP/2 alone', () => authority.certify('DNS:receiver.example'), { ALPNProtocols: ['h2'] }],
])('refuses a certificate, or a handshake, with %s', async (_, certificate, options) => {
  let requests = 0;
  const count: RequestListener = (_request, response) => {
    requests++;
    response.end();
  };
  const sent = await sentTo('receiver.example', certificate(), options, count);
  expect(sent).toMatchObject({ errorClass: 'tls', responseStatus: null });
  expect(requests).toBe(0);
});

it.each([
  ['speaks no TLS', 'tls', (socket: { write(text: string): void }) => socket.write('HTTP/1.1 400 Bad\r\n\r\n')],
  ['hangs up within the handshake', 'tls', (socket: { end(): void }) => socket.end()],
  ['never answers the handshake', 'timeout', () => undefined],
])('says of a receiver that %s: %s', async (_, errorClass, serve) => {
  const receiver = await TcpReceiver.start((socket) => socket.once('data', () => serve(socket)));
  expect(await post('receiver.example', receiver.port, errorClass === 'timeout' ? 300 : 10_000)).toMatchObject({
    errorClass,
  });
  await receiver.close();
});
