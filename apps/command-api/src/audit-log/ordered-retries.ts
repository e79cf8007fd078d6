import { setTimeout as delay } from 'node:timers/promises';
import { Backoff, pause } from '#libs/lifecycle';
import type { Logger } from '#libs/observability';

export interface OrderedRetriesOptions {
  readonly logger: Logger;
  /** Beyond so many the newest is given up, with a log line. */
  readonly mostWaiting: number;
}

/** Work in the background: in order within one lane, each piece repeated with a growing pause until it succeeds. */
export class OrderedRetries {
  readonly #lanes = new Map<string, Promise<void>>();
  readonly #stopped = new AbortController();
  #waiting = 0;

  constructor(private readonly options: OrderedRetriesOptions) {}

  add(lane: string, work: () => Promise<unknown>): void {
    const { logger, mostWaiting } = this.options;
    if (this.#waiting >= mostWaiting) {
      logger.error({ lane, waiting: this.#waiting }, 'an audit record was given up: too many wait for the event store');
      return;
    }
    this.#waiting++;
    const turn = (this.#lanes.get(lane) ?? Promise.resolve()).then(() => this.#untilDone(lane, work));
    this.#lanes.set(lane, turn);
    void turn.finally(() => {
      this.#waiting--;
      if (this.#lanes.get(lane) === turn) this.#lanes.delete(lane);
    });
  }

  /** Waits for everything that was added, at most so long; what is not done by then is given up, with a log line. */
  async drain(withinMs: number): Promise<void> {
    const all = Promise.all(this.#lanes.values());
    await Promise.race([all, delay(withinMs, undefined, { ref: false })]);
    this.#stopped.abort();
    await Promise.race([all, delay(withinMs, undefined, { ref: false })]);
  }

  async #untilDone(lane: string, work: () => Promise<unknown>): Promise<void> {
    const { logger } = this.options;
    const backoff = new Backoff({ firstMs: 100, longestMs: 10_000 });
    for (;;) {
      if (this.#stopped.signal.aborted) {
        logger.error({ lane }, 'an audit record was given up: the process ends');
        return;
      }
      try {
        await work();
        return;
      } catch (error) {
        const backoffMs = backoff.failed();
        logger.warn({ lane, backoffMs, err: error }, 'an audit record could not be stored yet');
        await pause(backoffMs, this.#stopped.signal);
      }
    }
  }
}
