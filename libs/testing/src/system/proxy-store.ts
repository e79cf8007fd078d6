import { join } from 'node:path';
import { TcpProxy } from './tcp-proxy.js';

export interface ProxiedStore {
  readonly proxy: TcpProxy;
  /** Leads through the proxy. */
  readonly url: string;
}

/** A proxy before the store of a URL: a Postgres, or an EventStoreDB of one node. */
export async function proxyStore(url: string): Promise<ProxiedStore> {
  const through = new URL(url);
  const isPostgres = through.protocol.startsWith('postgres');
  const socketDirectory = through.searchParams.get('host');
  const proxy = await TcpProxy.start(
    isPostgres && socketDirectory !== null
      ? { path: join(socketDirectory, '.s.PGSQL.5432') }
      : { host: through.hostname, port: Number(through.port || (isPostgres ? 5_432 : 2_113)) },
  );
  if (isPostgres) through.searchParams.delete('host');
  [through.hostname, through.port] = ['127.0.0.1', String(proxy.port)];
  return { proxy, url: through.toString() };
}
