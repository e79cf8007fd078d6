import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { eventually } from '#libs/testing';
import { senderOfTest } from '../testing/sender-of-test.js';
import { TcpReceiver } from '../testing/tcp-receiver.js';
import type { Sent } from './sent.js';

const BODY = Buffer.from('{}');
const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

let receiver: TcpReceiver | null = null;
afterEach(() => receiver?.close());

/** What becomes of one send to a receiver that does this with each connection once a request has come. */
async function sentTo(serve: (socket: Socket) => void, deadlineMs?: number): Promise<Sent> {
  receiver = await TcpReceiver.start((socket) => socket.once('data', () => serve(socket)));
  const sender = senderOfTest({ ...(deadlineMs === undefined ? {} : { deadlineMs }) });
  try {
    const sent = await sender.send({ url: `http://127.0.0.1:${receiver.port}/`, headers: {}, body: BODY });
    await eventually('hung up', () => (receiver?.openConnections === 0 ? true : null));
    return sent;
  } finally {
    await sender.close();
  }
}

/** Writes the same again for as long as anybody reads. */
function endlessly(socket: Socket, chunk: string | Buffer): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on('drain', more);
  more();
}

it('takes the first 4 KiB of a gigabyte, and hangs up', async () => {
  let written = 0;
  const sent = await sentTo((socket) => {
    socket.once('close', () => void (written = socket.bytesWritten));
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n');
    endlessly(socket, Buffer.alloc(65_536, 'a'));
  });
  expect(sent).toMatchObject({ responseStatus: 200, errorClass: null, responseBody: 'a'.repeat(4_096) });
  expect(written).toBeLessThan(100_000_000);
});

it('does not decompress', async () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000));
  const sent = await sentTo((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`);
    socket.write(bomb);
  });
  expect(sent).toMatchObject({ responseStatus: 200, errorClass: null });
  expect(sent.responseBody?.length).toBeLessThanOrEqual(4_096);
  expect(sent.responseBody?.charCodeAt(0)).toBe(0x1f);
});

it.each([
  ['never answers', () => undefined, null, null],
  ['stops within its headers', (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\nx: y'), null, null],
  ['answers 103 and nothing more', (socket: Socket) => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'), null, null],
  ['stops within its body', (socket: Socket) => socket.write(OK.slice(0, -1)), 200, 'o'],
  ['drips', drip, 200, expect.stringMatching(/^a+$/) as string],
])('lets its deadline end a send to one that %s', async (_, serve, responseStatus, responseBody) => {
  const sent = await sentTo(serve, 300);
  expect(sent).toMatchObject({ errorClass: 'timeout', responseStatus, responseBody, aborted: false });
});

it.each([410, 302, 500])('counts a %s whose body never ends for what it is', async (status) => {
  const sent = await sentTo((socket) => socket.write(`HTTP/1.1 ${status} X\r\ncontent-length: 5\r\n\r\na`), 300);
  expect(sent).toMatchObject({ errorClass: status === 302 ? 'redirect' : 'status', responseStatus: status });
});

it.each([
  ['closes at once', (socket: Socket) => socket.end()],
  ['resets', (socket: Socket) => socket.resetAndDestroy()],
  ['speaks something else', (socket: Socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n')],
  [
    'speaks HTTP/2',
    (socket: Socket) => socket.write(Buffer.from('00001204000000000000030000006400040010000000', 'hex')),
  ],
  [
    'switches protocols',
    (socket: Socket) => socket.write('HTTP/1.1 101 X\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
  ],
  ['asks to continue', (socket: Socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n')],
  [
    'sends two lengths',
    (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok'),
  ],
  [
    'has endless headers',
    (socket: Socket) =>
      endlessly(
        socket.on('error', () => 0),
        'HTTP/1.1 200 OK\r\n'.concat('x: y\r\n'.repeat(1_000)),
      ),
  ],
  [
    'has one endless header',
    (socket: Socket) => {
      socket.write('HTTP/1.1 200 OK\r\nx: ');
      endlessly(socket, 'y'.repeat(10_000));
    },
  ],
  [
    'has an endless status line',
    (socket: Socket) => {
      socket.write('HTTP/1.1 200 ');
      endlessly(socket, 'y'.repeat(10_000));
    },
  ],
  ['has endless hints', (socket: Socket) => endlessly(socket, 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(100))],
])('breaks off with one that %s', async (_, serve) => {
  expect(await sentTo(serve)).toMatchObject({ errorClass: 'reset', responseStatus: null, aborted: false });
});

it('has 200 for no success where the connection closes within the body', async () => {
  const sent = await sentTo((socket) => socket.end(OK.slice(0, -1)));
  expect(sent).toMatchObject({ errorClass: 'reset', responseStatus: 200, responseBody: 'o' });
});

it.each(['chunk extensions', 'trailers'])('breaks off endless %s', async (what) => {
  const sent = await sentTo((socket) => {
    socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
    socket.write(what === 'trailers' ? '0\r\n' : '1;');
    endlessly(socket, what === 'trailers' ? 'x: y\r\n'.repeat(1_000) : 'y'.repeat(10_000));
  });
  expect(sent).toMatchObject({ errorClass: 'reset', responseStatus: 200 });
});

it('takes no answer that nobody asked for to another request', async () => {
  receiver = await TcpReceiver.start((socket, connection) => {
    socket.on('data', () => socket.write(connection === 1 ? OK + OK : OK.replace('200 OK', '500 No')));
  });
  const sender = senderOfTest();
  const request = { url: `http://127.0.0.1:${receiver.port}/`, headers: {}, body: BODY };
  expect(await sender.send(request)).toMatchObject({ responseStatus: 200 });
  expect((await sender.send(request)).errorClass).toMatch(/status|reset/);
  await sender.close();
});

it('goes on after a receiver hung up on a connection that waited', async () => {
  receiver = await TcpReceiver.start((socket) => socket.on('data', () => socket.write(OK)));
  const sender = senderOfTest();
  const request = { url: `http://127.0.0.1:${receiver.port}/`, headers: {}, body: BODY };
  expect(await sender.send(request)).toMatchObject({ errorClass: null });
  receiver.hangUp();
  await eventually('the connection gone', () => (receiver?.openConnections === 0 ? true : null));
  await new Promise((resolve) => setImmediate(resolve));
  expect(await sender.send(request)).toMatchObject({ errorClass: null });
  await sender.close();
});

function drip(socket: Socket): void {
  socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n');
  const timer = setInterval(() => socket.write('a'), 20);
  socket.once('close', () => clearInterval(timer));
}
