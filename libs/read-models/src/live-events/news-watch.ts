import type pg from 'pg';
import { Backoff, pause } from '#libs/lifecycle';
import type { Logger } from '#libs/observability';
import { DatabaseUnavailable, onOneConnection } from '#libs/postgres';
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
const ANSWER_WITHIN_MS = 3_000;

/**
 * Hears which organizations' logs have grown. It is off, without a connection, until somebody wants to know. One that
 * takes its statements and says nothing is noticed within seconds; each new one begins with a look at everybody, and so
 * does each try that fails, for whoever reads does so by other connections, which may be better off.
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
    const { url, logger, onNews } = this.options;
    const backoff = new Backoff({ firstMs: 100, longestMs: 2_000 });
    while (!signal.aborted) {
      try {
        await onOneConnection({ url, applicationName: 'keyledger news', signal }, (client) =>
          this.#listen(client, signal, () => backoff.succeeded()),
        );
      } catch (error) {
        if (signal.aborted) return;
        const backoffMs = backoff.failed();
        logger.warn({ err: error, backoffMs }, 'live events cannot hear the database');
        onNews(EVERYBODY);
        await pause(backoffMs, signal);
      }
    }
  }

  /** Until the signal fires; throws when the connection fails. */
  async #listen(client: pg.Client, signal: AbortSignal, onListening: () => void): Promise<void> {
    const broken = new AbortController();
    client.on('error', () => broken.abort());
    client.on('notification', ({ payload }) => this.options.onNews(payload ?? ''));
    const ask = async (text: string): Promise<void> => {
      const query = { text, query_timeout: ANSWER_WITHIN_MS };
      await client.query(query);
    };
    await ask(`listen ${NEWS_CHANNEL}`);
    onListening();
    const either = AbortSignal.any([signal, broken.signal]);
    for (let looks = 0; !signal.aborted; looks++) {
      if (broken.signal.aborted) throw new DatabaseUnavailable('the connection was lost');
      await ask('select 1');
      if (looks % LOOK_ANYWAY_EVERY === 0) this.options.onNews(EVERYBODY);
      await pause(SIGN_OF_LIFE_MS, either);
    }
  }
}
