import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { ServerWritableStream } from '@grpc/grpc-js';

export type ReadCall = ServerWritableStream<ReadReq, ReadResp>;

/** Writes to one call no faster than the client reads. */
export class ResponseStream {
  #drained: Promise<void> | null = null;

  /** Resolves when the client has gone. */
  readonly closed: Promise<void>;

  constructor(private readonly call: ReadCall) {
    call.on('error', () => undefined);
    this.closed = new Promise((resolve) => call.once('cancelled', resolve).once('close', resolve));
  }

  get over(): boolean {
    return this.call.cancelled || this.call.destroyed;
  }

  async write(response: ReadResp): Promise<void> {
    if (this.#drained !== null) await this.#drained;
    if (this.over || this.call.write(response)) return;
    this.#drained = new Promise<void>((resolve) => {
      const done = (): void => {
        this.call.off('drain', done).off('cancelled', done).off('close', done);
        this.#drained = null;
        resolve();
      };
      this.call.on('drain', done).on('cancelled', done).on('close', done);
    });
    await this.#drained;
  }

  end(): void {
    if (!this.over) this.call.end();
  }

  fail(error: Error): void {
    if (!this.over) this.call.emit('error', error);
  }
}
