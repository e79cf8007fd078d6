import pg from 'pg';
import { Backoff, pause } from '#libs/lifecycle';
import type { Logger } from '#libs/observability';
import { DatabaseUnavailable } from '#libs/postgres';
import { EVERYBODY, NEWS_CHANNEL } from './announce-organizations.js';

export interface NewsWatchOptions {
  /** Of the api role: one connection of its own, while it is on. */
  readonly url: string;
  readonly logger: Logger;
  /** Told what was announced, and `EVERYBODY` where something may have been missed. */
  readonly onNews: (payload: string) => void;
}

const SIGN_OF_LIFE_MS = 5_000;
/** An announcement is a hint: whatever becomes of it, the truth is looked at so often. */
const LOOK_ANYWAY_EVERY = 2;

/**
 * Hears which organizations' logs have grown. It is off, without a connection, until somebody wants to know. One that
 * takes its statements and says nothing is noticed within seconds, and each new one begins with a look at everybody.
 */
export class NewsWatch {
  #stopping: AbortController | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(private readonly options: NewsWatchOptions) {}

  /** Changes nothing where it is on. */
  turnOn(): void {
    if (this.#stopping !== null) return;
    this.#stopping = new AbortController();
    const { signal } = this.#stopping;
    this.#running = this.#running.then(() => this.#run(signal));
  }

  /** Until the connection is closed. */
  turnOff(): Promise<void> {
    this.#stopping?.abort();
    this.#stopping = null;
    return this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const backoff = new Backoff({ firstMs: 100, longestMs: 2_000 });
    while (!signal.aborted) {
      const client = new pg.Client({
        connectionString: this.options.url,
        connectionTimeoutMillis: 3_000,
        query_timeout: 3_000,
        keepAlive: true,
        application_name: 'keyledger news',
      });
      try {
        await this.#listen(client, signal, () => backoff.succeeded());
      } catch (error) {
        if (signal.aborted) return;
        const backoffMs = backoff.failed();
        this.options.logger.warn({ err: error, backoffMs }, 'live events cannot hear the database');
        await pause(backoffMs, signal);
      } finally {
        await client.end().catch(() => undefined);
      }
    }
  }

  /** Until the signal fires; throws when the connection fails. */
  async #listen(client: pg.Client, signal: AbortSignal, onListening: () => void): Promise<void> {
    const broken = new AbortController();
    client.on('error', () => broken.abort());
    client.on('notification', ({ payload }) => this.options.onNews(payload ?? ''));
    await client.connect();
    await client.query(`listen ${NEWS_CHANNEL}`);
    onListening();
    const either = AbortSignal.any([signal, broken.signal]);
    for (let looks = 0; !signal.aborted; looks++) {
      if (broken.signal.aborted) throw new DatabaseUnavailable('the connection was lost');
      await client.query('select 1');
      if (looks % LOOK_ANYWAY_EVERY === 0) this.options.onNews(EVERYBODY);
      await pause(SIGN_OF_LIFE_MS, either);
    }
  }
}
