import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';

/** What came back, whole or as far as it came. */
export interface Exchange {
  readonly status: number | null;
  readonly headers: IncomingHttpHeaders;
  /** The first bytes of the body. */
  readonly body: Buffer;
  /** Whether more came behind them. */
  readonly isCut: boolean;
  /** Why it ended early; null where the answer is all there, or as much of it as we want. */
  readonly error: Error | null;
}

const MOST_BYTES = 4_096;

/** Gathers one answer, and no more of its body than the first 4 KiB. Nothing is decompressed. */
export class ExchangeHandler implements Dispatcher.DispatchHandler {
  #status: number | null = null;
  #headers: IncomingHttpHeaders = {};
  #chunks: Buffer[] = [];
  #length = 0;
  #settled = false;

  /** @param settle called once */
  constructor(private readonly settle: (exchange: Exchange) => void) {}

  /** undici asks for it. */
  onRequestStart(): void {}

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    // Copied, for the chunk is a view of what undici reads into next.
    this.#chunks.push(Buffer.from(chunk.subarray(0, MOST_BYTES - this.#length)));
    this.#length += chunk.length;
    if (this.#length > MOST_BYTES) this.end(null);
  }

  onResponseEnd(): void {
    this.end(null);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.end(error);
  }

  end(error: Error | null): void {
    if (this.#settled) return;
    this.#settled = true;
    const body = Buffer.concat(this.#chunks);
    const isCut = error !== null || this.#length > MOST_BYTES;
    this.settle({ status: this.#status, headers: this.#headers, body, isCut, error });
  }
}
