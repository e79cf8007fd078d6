import { join } from 'node:path';
import { TcpProxy } from './tcp-proxy.js';

/** A proxy before the Postgres of a URL, and the URL that leads through it. */
export async function proxyPostgres(url: string): Promise<{ readonly proxy: TcpProxy; readonly url: string }> {
  const through = new URL(url);
  const socketDirectory = through.searchParams.get('host');
  const proxy = await TcpProxy.start(
    socketDirectory === null
      ? { host: through.hostname, port: Number(through.port || 5_432) }
      : { path: join(socketDirectory, '.s.PGSQL.5432') },
  );
  through.searchParams.delete('host');
  [through.hostname, through.port] = ['127.0.0.1', String(proxy.port)];
  return { proxy, url: through.toString() };
}
