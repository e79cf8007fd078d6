import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A server that does what it likes with a connection once something has come. */
export class Hostile {
  connections = 0;
  readonly #sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async listen(serve: (socket: Socket) => void, { host = '127.0.0.1', port = 0 } = {}): Promise<Hostile> {
    const server = createServer().listen(port, host);
    const hostile = new Hostile(server);
    server.on('connection', (socket) => {
      hostile.connections++;
      hostile.#sockets.add(socket.on('error', () => undefined).once('close', () => hostile.#sockets.delete(socket)));
      socket.once('data', () => serve(socket));
    });
    await once(server, 'listening');
    return hostile;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  url(scheme = 'http', host = '127.0.0.1'): string {
    return `${scheme}://${host}:${this.port}/`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((closed) => this.server.close(closed));
  }
}
