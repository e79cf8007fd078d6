import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { TestAuthority } from '../testing/certificates.js';
import { TcpReceiver } from '../testing/tcp-receiver.js';

const LIBRARY = pathToFileURL(resolve('dist/libs/outbound/src/index.js')).href;

/** One send in a process of its own, for Node reads these variables when it starts. @returns what became of it */
async function sentFrom(environment: Readonly<Record<string, string>>, url: string): Promise<unknown> {
  const script = `
    const { OutboundGuard, Sender } = await import('${LIBRARY}');
    const sender = new Sender({ guard: new OutboundGuard({ allowHttp: true, allowedCidrs: ['127.0.0.1'], ports: [] }) });
    console.log(JSON.stringify(await sender.send({ url: '${url}', headers: {}, body: Buffer.from('{}') })));
    await sender.close();`;
  const env = { PATH: process.env['PATH'], ...environment };
  const options = ['--no-warnings', '--input-type=module', '--eval', script];
  const { stdout } = await promisify(execFile)(process.execPath, options, { env, timeout: 120_000 });
  return JSON.parse(stdout);
}

it('checks certificates though the environment says not to', async () => {
  const authority = new TestAuthority();
  const server = createServer({ ...authority.selfSigned('receiver.example') }, (_, response) => response.end('ok'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const sent = await sentFrom({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }, `https://127.0.0.1:${port}/`);
  expect(sent).toMatchObject({ errorClass: 'tls', responseStatus: null });
  server.close();
  authority.dispose();
});

it('asks no proxy that the environment names', async () => {
  const proxy = await TcpReceiver.start((socket) => socket.destroy());
  const receiver = await TcpReceiver.start((socket) => socket.on('data', () => socket.end('HTTP/1.1 204 X\r\n\r\n')));
  const at = `http://127.0.0.1:${proxy.port}`;
  const environment = { http_proxy: at, HTTP_PROXY: at, https_proxy: at, ALL_PROXY: at, NODE_USE_ENV_PROXY: '1' };
  const sent = await sentFrom(environment, `http://127.0.0.1:${receiver.port}/`);
  expect(sent).toMatchObject({ errorClass: null, responseStatus: 204 });
  expect([proxy.connections, receiver.connections]).toEqual([0, 1]);
  await Promise.all([proxy.close(), receiver.close()]);
});
