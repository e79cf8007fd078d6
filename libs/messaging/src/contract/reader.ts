import type { LogMessage } from '#libs/contracts';
import type { MessageBus } from '../message-bus.js';

/** Subscribes at once and keeps what comes. */
export class Reader {
  readonly #stopping = new AbortController();
  readonly #messages: LogMessage[] = [];
  /** Rejects with what the subscription threw. */
  readonly ended: Promise<void>;

  constructor(bus: MessageBus, { acks = true }: { readonly acks?: boolean } = {}) {
    this.ended = this.#read(bus, acks);
    this.ended.catch(() => undefined);
  }

  get messages(): readonly LogMessage[] {
    return [...this.#messages];
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.ended;
  }

  async #read(bus: MessageBus, acks: boolean): Promise<void> {
    for await (const batch of bus.subscribe({ signal: this.#stopping.signal })) {
      this.#messages.push(...batch.messages);
      if (acks) batch.ack();
    }
  }
}
