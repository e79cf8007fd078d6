import { setTimeout as delay } from 'node:timers/promises';
import { EventStoreUnavailable, PendingAppend, type AppendResult } from '#libs/event-store';
import type { Logger } from '#libs/observability';
import type { AppendRequest } from './append-once.js';
import { isOutage } from './is-outage.js';
import { messageOf } from './message-of.js';

export interface AppendQueueOptions {
  readonly appendOnce: (request: AppendRequest) => Promise<AppendResult>;
  readonly logger: Logger;
  /** How long one append may take, milliseconds. */
  readonly deadlineMs: number;
  /** Most appends that wait at once. */
  readonly maxWaiting: number;
}

/** More gain little (15,000 a second against 12,000 with 64), and thousands end in the client's own deadlines. */
const MAX_IN_FLIGHT = 256;
const MAX_BYTES_IN_FLIGHT = 16_000_000;
/** 10,000 waiting appends of a megabyte each would take the process down before the count refuses any. */
const MAX_WAITING_BYTES = 64_000_000;
const LONGEST_BACKOFF_MS = 500;

/**
 * Sends appends in the order in which they were asked for, a bounded number at once, and asks again after an outage until
 * the deadline: exact revisions and ids make that safe.
 */
export class AppendQueue {
  #waiting: PendingAppend<AppendRequest>[] = [];
  #waitingBytes = 0;
  #inFlight = 0;
  #bytesInFlight = 0;
  readonly #asked = new Set<Promise<AppendResult>>();
  #failures = 0;
  /** While it lasts, nothing is sent. */
  #backoff: Promise<void> | null = null;
  #closed = false;

  constructor(private readonly options: AppendQueueOptions) {}

  /** @throws EventStoreUnavailable when the queue is full or closed, or past the deadline (the outcome is then unknown) */
  async append(request: AppendRequest): Promise<AppendResult> {
    if (this.#closed) throw new EventStoreUnavailable('the event store is closed');
    if (this.#waiting.length >= this.options.maxWaiting || this.#waitingBytes + request.bytes > MAX_WAITING_BYTES) {
      throw new EventStoreUnavailable(`${this.#waiting.length} appends are waiting already`);
    }
    const asked = new Promise<AppendResult>((resolve, reject) => {
      this.#waiting.push(new PendingAppend(request, this.options.deadlineMs, { resolve, reject }));
      this.#waitingBytes += request.bytes;
    });
    this.#asked.add(asked);
    this.#send();
    return asked.finally(() => this.#asked.delete(asked));
  }

  /** How many wait to be sent. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Takes nothing more and waits for what it took. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#asked);
  }

  #send(): void {
    while (this.#backoff === null && this.#inFlight < MAX_IN_FLIGHT) {
      const [next] = this.#waiting;
      if (
        next === undefined ||
        (this.#inFlight > 0 && this.#bytesInFlight + next.request.bytes > MAX_BYTES_IN_FLIGHT)
      ) {
        return;
      }
      this.#waiting.shift();
      this.#waitingBytes -= next.request.bytes;
      if (!next.settled) void this.#run(next);
    }
  }

  /** Keeps its place in flight until the call is answered or given up, even past the caller's deadline: that is the bound. */
  async #run(pending: PendingAppend<AppendRequest>): Promise<void> {
    const { request } = pending;
    this.#inFlight++;
    this.#bytesInFlight += request.bytes;
    while (!pending.settled) {
      try {
        pending.resolve(await this.options.appendOnce(request));
        this.#failures = 0;
      } catch (error) {
        if (error instanceof EventStoreUnavailable || isOutage(error)) {
          pending.interruptedBy(error);
          await this.#backOff(error);
        } else {
          pending.reject(error);
        }
      }
    }
    this.#inFlight--;
    this.#bytesInFlight -= request.bytes;
    this.#send();
  }

  /** One pause and one log line for all that an outage interrupts at once. */
  async #backOff(error: unknown): Promise<void> {
    this.#backoff ??= this.#pause(error);
    await this.#backoff;
  }

  async #pause(error: unknown): Promise<void> {
    const backoff = Math.min(25 * 2 ** this.#failures++, LONGEST_BACKOFF_MS);
    this.options.logger.warn({ appends: this.#inFlight, backoff, error: messageOf(error) }, 'append interrupted');
    await delay(backoff);
    this.#backoff = null;
    // Those that were interrupted go first.
    setImmediate(() => this.#send());
  }
}
