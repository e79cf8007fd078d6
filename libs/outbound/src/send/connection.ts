import type { Socket } from 'node:net';
import { Client } from 'undici';
import type { GuardedUrl } from '../guard/guarded-url.js';
import { ExchangeHandler, type Exchange } from './exchange.js';

/** No answer that we read is longer: what comes beside a body (interim answers, chunk extensions) has no bound of its own. */
const MOST_BYTES_READ = 1_048_576;
/** Shorter than what servers commonly wait (5 s), so that they do not hang up on a request that is on its way. */
const IDLE_MS = 4_000;

/** HTTP/1.1 over one socket that is connected already, one request at a time. It never connects anew by itself. */
export class Connection {
  readonly bornAt = performance.now();
  readonly #client: Client;
  readonly #socket: Socket;
  #readBefore = 0;

  constructor({ origin }: GuardedUrl, socket: Socket) {
    this.#socket = socket;
    let isUsed = false;
    this.#client = new Client(origin, {
      connect: (_options, callback) => {
        const answer = isUsed ? (): void => callback(new Error('closed'), null) : (): void => callback(null, socket);
        isUsed = true;
        // Not before it has returned: undici waits for it then.
        queueMicrotask(answer);
      },
      allowH2: false,
      useMilo: false,
      maxHeaderSize: 16_384,
      // Both are for a silence each; the sender's deadline is for all of it.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: IDLE_MS,
      keepAliveMaxTimeout: IDLE_MS,
    });
    // In front of undici's own reader, so before it takes what has come.
    socket.on('readable', () => {
      if (socket.bytesRead - this.#readBefore > MOST_BYTES_READ) this.destroy();
    });
  }

  get isOpen(): boolean {
    return !this.#client.destroyed && !this.#client.closed && this.#socket.readyState === 'open';
  }

  /** Calls back when the socket is gone, whoever hung up. */
  onClosed(callback: () => void): void {
    this.#socket.once('close', callback);
  }

  /** Never rejects. Where the answer was not read to its end (`isCut`) the connection is of no more use. */
  post(path: string, headers: Record<string, string>, body: Buffer, signal: AbortSignal): Promise<Exchange> {
    return new Promise((resolve) => {
      const abort = (): void => handler.end(new Error('aborted'));
      const handler = new ExchangeHandler((exchange) => {
        signal.removeEventListener('abort', abort);
        resolve(exchange);
      });
      if (signal.aborted) return abort();
      signal.addEventListener('abort', abort, { once: true });
      this.#readBefore = this.#socket.bytesRead;
      this.#client.dispatch({ method: 'POST', path, headers, body }, handler);
    });
  }

  destroy(): void {
    this.#socket.destroy();
    void this.#client.destroy();
  }
}
