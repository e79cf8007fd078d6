import type { LogMessage } from '#libs/contracts';
import { BusUnavailable } from './bus-unavailable.js';
import type { MessageBatch, MessageBus } from './message-bus.js';

export interface InProcessBusOptions {
  /** Most messages that wait or are handed out without an acknowledgement, each, default 1,000. */
  readonly capacity?: number;
  /** Most messages in a batch, default 500. */
  readonly batch?: number;
}

/**
 * The bus where publisher and fan-out share a process. What does not fit is dropped, the oldest first: the next message then
 * names one that its reader never had, and the reader goes to the log.
 */
export class InProcessBus implements MessageBus {
  readonly #capacity: number;
  readonly #batch: number;
  readonly #closing = new AbortController();
  #waiting: LogMessage[] = [];
  #wake = Promise.withResolvers<void>();

  constructor({ capacity = 1_000, batch = 500 }: InProcessBusOptions = {}) {
    this.#capacity = capacity;
    this.#batch = batch;
  }

  async publish(messages: readonly LogMessage[]): Promise<void> {
    if (this.#closing.signal.aborted) throw new BusUnavailable('the bus is closed');
    this.#waiting.push(...messages);
    this.#bound();
    this.#wakeUp();
  }

  async *subscribe({ signal }: { readonly signal: AbortSignal }): AsyncGenerator<MessageBatch, void, undefined> {
    const ended = AbortSignal.any([signal, this.#closing.signal]);
    const wakeUp = (): void => this.#wakeUp();
    ended.addEventListener('abort', wakeUp, { once: true });
    const unacknowledged: (readonly LogMessage[])[] = [];
    try {
      while (!ended.aborted) {
        const messages = this.#waiting.splice(0, this.#batch);
        if (messages.length === 0) {
          await this.#wake.promise;
          continue;
        }
        unacknowledged.push(messages);
        while (unacknowledged.length * this.#batch > this.#capacity) unacknowledged.shift();
        const ack = (): void => {
          const index = unacknowledged.indexOf(messages);
          if (index >= 0) unacknowledged.splice(index, 1);
        };
        yield { messages, ack };
      }
    } finally {
      ended.removeEventListener('abort', wakeUp);
      this.#waiting.unshift(...unacknowledged.flat());
      this.#bound();
      this.#wakeUp();
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
  }

  #bound(): void {
    this.#waiting.splice(0, Math.max(0, this.#waiting.length - this.#capacity));
  }

  /** Of all who wait. */
  #wakeUp(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }
}
