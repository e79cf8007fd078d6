import {
  EventStoreUnavailable,
  type EventStore,
  type LogPage,
  type Position,
  type StoredEvent,
} from '#libs/event-store';
import { Backoff, pause } from '#libs/lifecycle';
import type { Logger } from '#libs/observability';
import { DirectoryUnavailable } from './directory-unavailable.js';

export interface LogFollowerOptions {
  readonly store: EventStore;
  readonly prefixes: readonly string[];
  /** Past this long without a sign of life nothing counts as known, milliseconds. */
  readonly staleAfterMs: number;
  /** Milliseconds, of the clock that `LogPage.askedAt` is of. */
  readonly monotonic: () => number;
  readonly logger: Logger;
  /** Takes each event in log order. What it throws stops the follower for good. */
  readonly onEvent: (event: StoredEvent) => void;
}

/**
 * Follows the log from its present end, and knows how old its view is: by the last caught-up page that came through this
 * very subscription, and by no other success, for another connection may live while this one is dead.
 */
export class LogFollower {
  readonly #stopping = new AbortController();
  #running: Promise<void> | null = null;
  #state: 'starting' | 'following' | 'stopped' = 'starting';
  /** When our view was last known to be whole, in monotonic milliseconds. */
  #wholeAt = -Infinity;

  constructor(private readonly options: LogFollowerOptions) {}

  /** Begins in the background; a second call changes nothing. */
  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    this.#end();
  }

  /** Stops for good because of what cannot be read; skipping it would be guessing. */
  fail(error: unknown): void {
    if (this.#state === 'stopped') return;
    this.#end();
    this.#stopping.abort();
    this.options.logger.error(
      { ...described(error), prefixes: this.options.prefixes },
      'key directory stopped and needs attention: no API key is accepted until this is resolved',
    );
  }

  get state(): 'starting' | 'following' | 'stopped' {
    return this.#state;
  }

  /** How old our view of the log is; Infinity before the first whole one and after the end. */
  get stalenessMs(): number {
    return this.options.monotonic() - this.#wholeAt;
  }

  /** @throws DirectoryUnavailable `starting`, `stale`, `stopped` */
  assertFresh(): void {
    if (this.stalenessMs <= this.options.staleAfterMs) return;
    throw new DirectoryUnavailable(this.#state === 'following' ? 'stale' : this.#state);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    let after: Position | null = null;
    const backoff = new Backoff({ firstMs: 100, longestMs: 2_000 });
    while (!signal.aborted) {
      try {
        after ??= await this.options.store.head();
        const { store, prefixes } = this.options;
        for await (const page of store.subscribe({ after, prefixes, signal })) {
          if (signal.aborted) return;
          this.#take(page);
          after = page.position;
          backoff.succeeded();
        }
        if (!signal.aborted) throw new Error('the subscription ended by itself');
      } catch (error) {
        if (!(error instanceof EventStoreUnavailable)) return this.fail(error);
        const backoffMs = backoff.failed();
        this.options.logger.warn({ ...described(error), backoffMs }, 'key directory waits for the event store');
        await pause(backoffMs, signal);
      }
    }
  }

  #take(page: LogPage): void {
    for (const event of page.events) this.options.onEvent(event);
    // A new subscription may not know yet how old its view is; what was known before then goes on ageing.
    if (!page.caughtUp || page.askedAt === -Infinity) return;
    this.#state = 'following';
    this.#wholeAt = page.askedAt;
  }

  #end(): void {
    this.#state = 'stopped';
    this.#wholeAt = -Infinity;
  }
}

function described(error: unknown): object {
  if (!(error instanceof Error)) return { error: String(error) };
  return { error: error.message, code: 'code' in error ? error.code : undefined, stack: error.stack };
}
