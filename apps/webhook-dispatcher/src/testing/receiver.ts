import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a receiver got. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** `performance.now()` milliseconds. */
  readonly at: number;
}

export type Respond = (response: ServerResponse, received: Received) => void;

/** A receiver of webhooks on loopback that notes everything and answers as it is told to, 204 by default. */
export class Receiver {
  readonly received: Received[] = [];
  respond: Respond = (response) => response.writeHead(204).end();

  private constructor(private readonly server: Server) {}

  static async listen(): Promise<Receiver> {
    const server = createServer();
    const receiver = new Receiver(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { url = '', headers } = request;
        const received = { path: url, headers, body: Buffer.concat(chunks).toString(), at: performance.now() };
        receiver.received.push(received);
        receiver.respond(response, received);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  url(path = '/'): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}${path}`;
  }

  /** The bodies that came to that path, in order. */
  bodies(path = '/'): readonly Record<string, unknown>[] {
    const own = this.received.filter((one) => one.path === path);
    return own.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
