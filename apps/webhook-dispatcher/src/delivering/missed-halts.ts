import { Backoff, pause } from '#libs/lifecycle';
import type { Logger } from '#libs/observability';
import type { DeliveryLeases } from '#libs/webhook-deliveries';
import type { Lane } from './lane.js';

export interface MissedHaltsOptions {
  readonly leases: Pick<DeliveryLeases, 'halted'>;
  readonly lanes: readonly Pick<Lane, 'endpoints' | 'claimed' | 'halt'>[];
  readonly logger: Logger;
}

/**
 * Makes up for halts that nobody heard of, for what is announced while the connection is gone is announced to no one:
 * asks of every endpoint that is being sent to whether it still may be.
 */
export class MissedHalts {
  readonly #stopping = new AbortController();
  #isAsked = false;
  #running: Promise<void> | null = null;

  constructor(private readonly options: MissedHaltsOptions) {}

  /** Some may have been missed. However often it is said, one look at a time. */
  look(): void {
    this.#isAsked = true;
    if (this.#stopping.signal.aborted) return;
    this.#running ??= this.#run().finally(() => (this.#running = null));
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { lanes, logger } = this.options;
    const backoff = new Backoff({ firstMs: 100, longestMs: 2_000 });
    while (this.#isAsked && !this.#stopping.signal.aborted) {
      this.#isAsked = false;
      try {
        await this.#halt();
        // What was being leased meanwhile was, maybe, leased before a halt.
        await Promise.all(lanes.map(({ claimed }) => claimed));
        await this.#halt();
        backoff.succeeded();
      } catch (error) {
        this.#isAsked = true;
        const backoffMs = backoff.failed();
        logger.warn({ err: error, backoffMs }, 'it was not asked which endpoints are halted');
        await pause(backoffMs, this.#stopping.signal);
      }
    }
  }

  async #halt(): Promise<void> {
    const { leases, lanes } = this.options;
    const endpoints = new Set(lanes.flatMap((lane) => [...lane.endpoints]));
    if (endpoints.size === 0) return;
    for (const webhookId of await leases.halted([...endpoints])) lanes.forEach((lane) => lane.halt(webhookId));
  }
}
