import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Where the proxy leads: a host and port, or a Unix socket. */
export type ProxyTarget = { readonly host: string; readonly port: number } | { readonly path: string };

interface Connection {
  readonly client: Socket;
  readonly upstream: Socket;
  /** What the client sent first, by which connections can be told apart. */
  head: string | null;
}

/** A network that can fail: between a process and a store it can be cut, or let single connections stall. */
export class TcpProxy {
  readonly #connections = new Set<Connection>();
  #cut = false;
  #stalls: ((head: string) => boolean) | null = null;

  private constructor(
    private readonly server: Server,
    private readonly target: ProxyTarget,
  ) {
    server.on('connection', (client) => this.#accept(client));
  }

  static async start(target: ProxyTarget): Promise<TcpProxy> {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return new TcpProxy(server, target);
  }

  get port(): number {
    // Of a server that listens on TCP.
    return (this.server.address() as AddressInfo).port;
  }

  /** Ends every connection and refuses new ones, until `heal`. */
  cut(): void {
    this.#cut = true;
    for (const connection of this.#connections) destroy(connection);
  }

  /** Connections, present and new, whose first bytes are matched stay open and silent, until `heal`. */
  stall(matches: (head: string) => boolean): void {
    this.#stalls = matches;
    for (const connection of this.#connections) this.#stallIfMatched(connection);
  }

  heal(): void {
    [this.#cut, this.#stalls] = [false, null];
    for (const { client, upstream } of this.#connections) {
      client.resume();
      upstream.resume();
    }
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((closed) => this.server.close(closed));
  }

  #accept(client: Socket): void {
    if (this.#cut) return void client.destroy();
    const connection: Connection = { client, upstream: connect(this.target), head: null };
    const { upstream } = connection;
    this.#connections.add(connection);
    const end = (): void => {
      this.#connections.delete(connection);
      destroy(connection);
    };
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
    client.on('data', (bytes) => {
      connection.head ??= bytes.toString('latin1');
      upstream.write(bytes);
      this.#stallIfMatched(connection);
    });
    upstream.on('data', (bytes) => client.write(bytes));
  }

  #stallIfMatched({ client, upstream, head }: Connection): void {
    if (head === null || this.#stalls?.(head) !== true) return;
    client.pause();
    upstream.pause();
  }
}

function destroy({ client, upstream }: Connection): void {
  client.destroy();
  upstream.destroy();
}
