import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A server for tests that answers with whatever bytes a test wants, or not at all. */
export class TcpReceiver {
  readonly #open = new Set<Socket>();
  connections = 0;

  private constructor(
    private readonly server: Server,
    private readonly serve: (socket: Socket, connection: number) => void,
  ) {
    server.on('connection', (socket) => {
      this.#open.add(socket.on('error', () => undefined).once('close', () => this.#open.delete(socket)));
      this.serve(socket, ++this.connections);
    });
  }

  static async start(
    serve: (socket: Socket, connection: number) => void,
    { host = '127.0.0.1', port = 0 } = {},
  ): Promise<TcpReceiver> {
    const server = createServer();
    const receiver = new TcpReceiver(server, serve);
    server.listen(port, host);
    await once(server, 'listening');
    return receiver;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get openConnections(): number {
    return this.#open.size;
  }

  /** On all that are connected. */
  hangUp(): void {
    for (const socket of this.#open) socket.end();
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}
