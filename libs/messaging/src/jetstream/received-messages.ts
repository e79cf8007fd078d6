import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import { BusUnavailable } from '../bus-unavailable.js';
import { settle } from './settle.js';

/** What a consumer has handed out and nobody has taken yet: the client takes one after the other, we take all that came. */
export class ReceivedMessages {
  #messages: JsMsg[] = [];
  #wake = Promise.withResolvers<void>();
  #failure: BusUnavailable | null = null;

  constructor(
    private readonly source: ConsumerMessages,
    private readonly signal: AbortSignal,
  ) {
    signal.addEventListener('abort', this.#wakeUp, { once: true });
    void this.#receive();
  }

  /** Empty once the signal fired. @throws BusUnavailable when the source has ended, after all that came before */
  async take(): Promise<readonly JsMsg[]> {
    while (!this.signal.aborted) {
      const taken = this.#messages;
      this.#messages = [];
      if (taken.length > 0) return taken;
      if (this.#failure !== null) throw this.#failure;
      await this.#wake.promise;
    }
    return [];
  }

  /** What nobody took is handed out to the next subscriber at once. */
  stop(): void {
    this.signal.removeEventListener('abort', this.#wakeUp);
    this.source.stop();
    for (const message of this.#messages.splice(0)) settle(message, 'nak');
  }

  async #receive(): Promise<void> {
    try {
      for await (const message of this.source) {
        this.#messages.push(message);
        this.#wakeUp();
      }
      this.#failure = new BusUnavailable('the subscription ended by itself');
    } catch (cause) {
      this.#failure = new BusUnavailable('the subscription broke off', { cause });
    }
    this.#wakeUp();
  }

  readonly #wakeUp = (): void => {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  };
}
