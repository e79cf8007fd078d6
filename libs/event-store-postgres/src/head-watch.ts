import pg from 'pg';
import type { Position } from '#libs/event-store';
import { Backoff, pause } from '#libs/lifecycle';
import type { Logger } from '#libs/observability';
import { readHead } from './read-head.js';

/** A successful poll of the log's head. */
export interface HeadSeen {
  readonly head: Position;
  /** `performance.now()` milliseconds, taken before the store was asked. */
  readonly askedAt: number;
}

export interface HeadWatchOptions {
  /** A direct connection as the events role: LISTEN does not survive a pooler that hands connections around. */
  readonly listenUrl: string;
  readonly logger: Logger;
  readonly pollMs?: number;
}

/**
 * Follows the head of the log for all subscribers of one store, over one connection that both polls and listens: the
 * poll is the truth, the notification only makes it come sooner. Begins with the first subscriber; reconnects with
 * backoff, a log line each, for as long as it is open.
 */
export class HeadWatch {
  readonly #closing = new AbortController();
  readonly #subscribers = new Set<() => void>();
  #latest: HeadSeen | null = null;
  #running: Promise<void> | null = null;
  #hint: () => void = () => undefined;
  #hinted = false;

  constructor(private readonly options: HeadWatchOptions) {}

  /** The latest successful poll, null before the first. */
  get latest(): HeadSeen | null {
    return this.#latest;
  }

  /** The latest successful poll that was asked after `since`, waiting for one if need be; null once the signal aborts. */
  async after(since: number, signal: AbortSignal): Promise<HeadSeen | null> {
    this.#running ??= this.#run();
    for (;;) {
      if (signal.aborted || this.#closing.signal.aborted) return null;
      if (this.#latest !== null && this.#latest.askedAt > since) return this.#latest;
      await this.#nextPoll(signal);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#hint();
    this.#tellSubscribers();
    await this.#running;
  }

  async #nextPoll(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#subscribers.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#subscribers.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  #tellSubscribers(): void {
    for (const tell of [...this.#subscribers]) tell();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    const backoff = new Backoff({ firstMs: 50, longestMs: 2_000 });
    while (!signal.aborted) {
      try {
        await this.#poll(() => backoff.succeeded());
      } catch (error) {
        if (signal.aborted) return;
        const backoffMs = backoff.failed();
        const message = error instanceof Error ? error.message : String(error);
        this.options.logger.warn({ error: message, backoffMs }, 'event log out of reach of its subscribers');
        await pause(backoffMs, signal);
      }
    }
  }

  /** Polls over one connection until it breaks or the watch is closed. */
  async #poll(succeeded: () => void): Promise<void> {
    const client = new pg.Client({
      connectionString: this.options.listenUrl,
      connectionTimeoutMillis: 3_000,
      query_timeout: 3_000,
      keepAlive: true,
      application_name: 'keyledger events watch',
    });
    // A broken connection shows in the next poll; the hint makes that come at once.
    client.on('error', () => this.#hint());
    client.on('notification', () => this.#hint());
    try {
      await client.connect();
      await client.query('listen event_store');
      while (!this.#closing.signal.aborted) {
        this.#hinted = false;
        const askedAt = performance.now();
        this.#latest = { head: await readHead(client), askedAt };
        succeeded();
        this.#tellSubscribers();
        await this.#pause();
      }
    } finally {
      // Not awaited: on a connection that broke silently the farewell would never be answered.
      void client.end().catch(() => undefined);
    }
  }

  /** Until it is time to poll again, or there is reason to. */
  async #pause(): Promise<void> {
    if (this.#hinted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.options.pollMs ?? 250);
      this.#hint = () => {
        this.#hinted = true;
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
