import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One message as it arrived. */
export interface ReceivedMessage {
  readonly headers: IncomingHttpHeaders;
  /** The very bytes, as text. */
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Receives webhooks on this machine and answers as it is told. */
export class WebhookReceiver {
  readonly messages: ReceivedMessage[] = [];
  /** What is answered from now on. */
  status = 200;

  private constructor(
    readonly url: string,
    readonly close: () => Promise<void>,
  ) {}

  static async start(): Promise<WebhookReceiver> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const body = JSON.parse(text) as ReceivedMessage['body'];
        receiver.messages.push({ headers: request.headers, text, body });
        response.writeHead(receiver.status).end('received');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const receiver = new WebhookReceiver(`http://127.0.0.1:${port}/`, async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    return receiver;
  }
}
