import { createServer } from 'node:http';
import { jest } from '@jest/globals';
import type { Socket } from 'node:net';
import { SILENT } from '#libs/observability';
import { NameServer } from '../testing/name-server.js';
import { REFUSED_V4 } from '../testing/refused-addresses.js';
import { guardOfTest, senderOfTest, type GuardOfTestOptions } from '../testing/sender-of-test.js';
import { hostsOfV4, v6FormsOf } from '../testing/spellings.js';
import { TcpReceiver } from '../testing/tcp-receiver.js';
import { Sender } from './sender.js';

const answer = (text: string) => (socket: Socket) => {
  socket.on('data', () => socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\n\r\n${text}`));
};

let names: NameServer;
let open: { close(): Promise<void> | void }[];
beforeEach(async () => {
  open = [(names = await NameServer.start())];
});
afterEach(async () => {
  for (const each of open) await each.close();
});

function sender(options: GuardOfTestOptions = {}): Sender {
  const made = senderOfTest({ names, ...options });
  open.unshift(made);
  return made;
}

/** The same port on several addresses of loopback, each saying its own address. */
async function receivers(...hosts: readonly string[]): Promise<readonly TcpReceiver[]> {
  const started: TcpReceiver[] = [];
  for (const host of hosts) {
    const receiver = await TcpReceiver.start(answer(host), { host, port: started[0]?.port ?? 0 });
    open.push(receiver);
    started.push(receiver);
  }
  return started;
}

const send = (from: Sender, url: string) => from.send({ url, headers: {}, body: Buffer.from('{}') });

it('goes where the name leads now, though a connection to where it led is still open', async () => {
  const [first] = await receivers('127.0.0.1', '127.0.0.2', '127.0.0.3');
  const [from, url] = [sender(), `http://receiver.example:${first?.port}/`];
  names.zone.set('receiver.example', ['127.0.0.1']);
  for (let sends = 0; sends < 3; sends++) expect((await send(from, url)).responseBody).toBe('127.0.0.1');
  expect(first?.connections).toBe(1);
  names.zone.set('receiver.example', ['127.0.0.2']);
  expect((await send(from, url)).responseBody).toBe('127.0.0.2');
  names.zone.set('receiver.example', ['127.0.0.3']);
  expect((await send(from, url)).errorClass).toBe('blocked');
  names.zone.set('receiver.example', ['127.0.0.1', '127.0.0.3']);
  expect((await send(from, url)).errorClass).toBe('blocked');
});

it('shares no connection between names of one address', async () => {
  const [receiver] = await receivers('127.0.0.1');
  const from = sender();
  for (const name of ['a.example', 'b.example']) {
    names.zone.set(name, ['127.0.0.1']);
    await send(from, `http://${name}:${receiver?.port}/`);
  }
  expect(receiver?.connections).toBe(2);
});

it('tries the next address where nobody listens at the first', async () => {
  const [receiver] = await receivers('127.0.0.2');
  names.zone.set('receiver.example', ['127.0.0.1', '127.0.0.2']);
  expect((await send(sender(), `http://receiver.example:${receiver?.port}/`)).responseBody).toBe('127.0.0.2');
});

it('says of a name without an address that it has none, and of a name server that is silent too', async () => {
  names.zone.set('silent.example', 'silence');
  const from = sender();
  for (const name of ['missing.example', 'silent.example'])
    expect(await send(from, `https://${name}/`)).toMatchObject({ errorClass: 'dns', responseStatus: null });
});

it.each([301, 302, 303, 307, 308])('follows no %s, wherever it leads', async (status) => {
  const [canary] = await receivers('127.0.0.2');
  const server = createServer((_, response) => {
    response.writeHead(status, { location: `http://127.0.0.2:${canary?.port}/` }).end();
  }).listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  open.push({ close: () => void (server.closeAllConnections(), server.close()) });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  expect(await send(sender(), `http://127.0.0.1:${port}/`)).toMatchObject({
    errorClass: 'redirect',
    responseStatus: status,
  });
  expect(canary?.connections).toBe(0);
});

it('reaches nobody on this machine, in no spelling and by no name', async () => {
  const canaries = await receivers('127.0.0.1', '127.0.0.2', '127.0.0.3', '::1');
  const port = canaries[0]?.port ?? 0;
  // A canary's port is open to all, so that the address alone is what refuses.
  const from = sender({ allowedCidrs: [], ports: [port] });
  const loopback = ['127.0.0.1', '127.0.0.2', '0.0.0.0', '10.0.0.1', ...REFUSED_V4.slice(-3)];
  const literals = [
    ...loopback.flatMap(hostsOfV4),
    '[::1]',
    '[::]',
    '[::ffff:0:0]',
    'localhost',
    'localhost.',
    'a.localhost',
  ];
  const urls = literals.flatMap((host) => [`https://${host}:${port}/`, `http://${host}:${port}/`]);
  const answers = ['127.0.0.1', '127.0.0.2', '0.0.0.0', '::1', '::', ...v6FormsOf('127.0.0.1')];
  for (const [number, address] of answers.entries()) {
    names.zone.set(`alone${number}.example`, [address]);
    names.zone.set(`mixed${number}.example`, ['1.1.1.1', address]);
    let asked = 0;
    names.zone.set(`rebinds${number}.example`, () => (asked++ < 2 ? [address] : ['127.0.0.1']));
    urls.push(...['alone', 'mixed', 'rebinds'].map((name) => `https://${name}${number}.example:${port}/`));
  }
  expect(urls.length).toBeGreaterThan(300);
  const sent = await Promise.all(urls.map((url) => send(from, url)));
  expect(sent.filter(({ errorClass }) => errorClass !== 'blocked')).toEqual([]);
  expect(canaries.map(({ connections }) => connections)).toEqual([0, 0, 0, 0]);
});

it('sends nothing where a name rebinds between being admitted and being called', async () => {
  const [canary] = await receivers('127.0.0.1');
  let asked = 0;
  names.zone.set('receiver.example', () => (asked++ < 2 ? ['1.1.1.1'] : ['127.0.0.1']));
  const options = { names, allowedCidrs: [], ports: [canary?.port ?? 0] };
  const [guard, from] = [guardOfTest(options), sender(options)];
  const { url, warnings } = await guard.admit(`https://receiver.example:${canary?.port}/`);
  expect(warnings).toEqual([]);
  expect((await send(from, url)).errorClass).toBe('blocked');
  expect(canary?.connections).toBe(0);
});

it('tells the operator what was blocked and why, and nothing of the path', async () => {
  names.zone.set('receiver.example', ['169.254.169.254']);
  const warn = jest.fn();
  const from = new Sender({ guard: guardOfTest({ names }), logger: { ...SILENT, warn } });
  await send(from, 'https://receiver.example/token-of-somebody');
  await from.close();
  expect(warn.mock.calls).toEqual([
    [{ host: 'receiver.example', errorClass: 'blocked', reason: 'metadata' }, 'nothing was sent to a webhook'],
  ]);
});
