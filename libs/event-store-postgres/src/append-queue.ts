import type pg from 'pg';
import { EventStoreUnavailable, PendingAppend, type AppendResult, type SerialisedAppend } from '#libs/event-store';
import { Backoff, pause } from '#libs/lifecycle';
import type { Logger } from '#libs/observability';
import { isOutage } from '#libs/postgres';
import { appendBatch } from './append-batch.js';
import { takeBatch } from './take-batch.js';

export interface AppendQueueOptions {
  readonly pool: pg.Pool;
  readonly logger: Logger;
  /** How long one append may take, milliseconds. */
  readonly deadlineMs: number;
  /** Most appends that wait at once. */
  readonly maxWaiting: number;
}

/** 10,000 waiting appends of a megabyte each would take the process down before the count refuses any. */
const MAX_WAITING_BYTES = 64_000_000;

/**
 * Group commit in the process: one batch is in flight, what arrives meanwhile forms the next one. There is no timer,
 * so an idle store adds no latency and batches grow only under load.
 */
export class AppendQueue {
  #waiting: PendingAppend[] = [];
  #waitingBytes = 0;
  #draining: Promise<void> | null = null;
  #closed = false;

  constructor(private readonly options: AppendQueueOptions) {}

  /** @throws EventStoreUnavailable when the queue is full or closed, or past the deadline (the outcome is then unknown) */
  async append(request: SerialisedAppend): Promise<AppendResult> {
    if (this.#closed) throw new EventStoreUnavailable('the event store is closed');
    if (this.#waiting.length >= this.options.maxWaiting || this.#waitingBytes + request.bytes > MAX_WAITING_BYTES) {
      throw new EventStoreUnavailable(`${this.#waiting.length} appends are waiting already`);
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push(new PendingAppend(request, this.options.deadlineMs, { resolve, reject }));
      this.#waitingBytes += request.bytes;
      this.#draining ??= this.#drain();
    });
  }

  /** How many wait for their batch. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Takes nothing more and waits for what it took. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#draining;
  }

  async #drain(): Promise<void> {
    // What the same tick still asks for belongs to the first batch.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const { batch, rest } = takeBatch(this.#waiting);
      this.#waiting = rest;
      for (const { request } of batch) this.#waitingBytes -= request.bytes;
      await this.#run(batch);
    }
    this.#draining = null;
  }

  /** An outage is retried until every append of the batch is past its deadline: exact revisions and ids make that safe. */
  async #run(batch: readonly PendingAppend[]): Promise<void> {
    const backoff = new Backoff({ firstMs: 50, longestMs: 500 });
    for (;;) {
      const open = batch.filter(({ settled }) => !settled);
      if (open.length === 0) return;
      try {
        const results = await appendBatch(
          this.options.pool,
          open.map(({ request }) => request),
        );
        for (const [index, result] of results.entries()) open[index]?.resolve(result);
        return;
      } catch (error) {
        if (!isOutage(error)) return this.#isolate(open, error);
        const backoffMs = backoff.failed();
        const message = error instanceof Error ? error.message : String(error);
        this.options.logger.warn(
          { appends: open.length, attempt: backoff.failures, backoffMs, error: message },
          'append interrupted',
        );
        for (const pending of open) pending.interruptedBy(error);
        await pause(backoffMs);
      }
    }
  }

  /** One request that Postgres refuses must not fail its neighbours: halves are tried until it stands alone. */
  async #isolate(open: readonly PendingAppend[], error: unknown): Promise<void> {
    if (open.length === 1) return open[0]?.reject(error);
    const middle = open.length >> 1;
    await this.#run(open.slice(0, middle));
    await this.#run(open.slice(middle));
  }
}
