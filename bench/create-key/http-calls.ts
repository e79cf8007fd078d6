import { Agent, request } from 'node:http';

export interface HttpAnswer {
  readonly status: number;
  readonly logPosition: string;
  readonly text: string;
}

/** Calls one server over a bounded set of connections that stay open, with as little of its own cost as can be had. */
export class HttpCalls {
  readonly #agent: Agent;

  constructor(
    private readonly url: string,
    private readonly authorization: string,
    connections: number,
  ) {
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  call(method: string, path: string, headers: Readonly<Record<string, string>>, body?: string): Promise<HttpAnswer> {
    const length = body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length };
    return new Promise((resolve, reject) => {
      const sent = request(
        `${this.url}${path}`,
        { method, agent: this.#agent, headers: { authorization: this.authorization, ...length, ...headers } },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('error', reject);
          answer.on('end', () =>
            resolve({
              status: answer.statusCode ?? 0,
              logPosition: String(answer.headers['x-log-position'] ?? ''),
              text: Buffer.concat(chunks).toString('utf8'),
            }),
          );
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
