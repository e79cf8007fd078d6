import pg from 'pg';
import { Backoff, pause } from '#libs/lifecycle';
import type { Logger } from '#libs/observability';
import { DatabaseUnavailable, onOneConnection } from '#libs/postgres';

export interface ChannelWatchOptions {
  /** One connection of its own, while it is on. */
  readonly url: string;
  /** What the server calls that connection. */
  readonly applicationName: string;
  readonly channels: readonly string[];
  readonly logger: Logger;
  readonly onNotice: (channel: string, payload: string) => void;
  /** Told to look everywhere: something may have been missed. */
  readonly onDoubt: () => void;
}

const SIGN_OF_LIFE_MS = 5_000;
/** An announcement is a hint: whatever becomes of it, the truth is looked at so often. */
const LOOK_ANYWAY_EVERY = 2;
const ANSWER_WITHIN_MS = 3_000;

/**
 * Hears what is announced in Postgres. It is off, without a connection, until somebody wants to know. One that takes its
 * statements and says nothing is noticed within seconds; each new one begins with a doubt, and so does each try that
 * fails, for whoever then looks does so by other connections, which may be better off.
 */
export class ChannelWatch {
  #stopping: AbortController | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(private readonly options: ChannelWatchOptions) {}

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
    const { url, applicationName, channels, logger, onDoubt } = this.options;
    const backoff = new Backoff({ firstMs: 100, longestMs: 2_000 });
    while (!signal.aborted) {
      try {
        await onOneConnection({ url, applicationName, signal }, (client) =>
          this.#listen(client, signal, () => backoff.succeeded()),
        );
      } catch (error) {
        if (signal.aborted) return;
        const backoffMs = backoff.failed();
        logger.warn({ err: error, channels, backoffMs }, 'what the database announces is not heard');
        onDoubt();
        await pause(backoffMs, signal);
      }
    }
  }

  /** Until the signal fires; throws when the connection fails. */
  async #listen(client: pg.Client, signal: AbortSignal, onListening: () => void): Promise<void> {
    const { channels, onNotice, onDoubt } = this.options;
    const broken = new AbortController();
    client.on('error', () => broken.abort());
    client.on('notification', ({ channel, payload }) => onNotice(channel, payload ?? ''));
    const ask = async (text: string): Promise<void> => {
      const query = { text, query_timeout: ANSWER_WITHIN_MS };
      await client.query(query);
    };
    for (const channel of channels) await ask(`listen ${pg.escapeIdentifier(channel)}`);
    onListening();
    const either = AbortSignal.any([signal, broken.signal]);
    for (let looks = 0; !signal.aborted; looks++) {
      if (broken.signal.aborted) throw new DatabaseUnavailable('the connection was lost');
      await ask('select 1');
      if (looks % LOOK_ANYWAY_EVERY === 0) onDoubt();
      await pause(SIGN_OF_LIFE_MS, either);
    }
  }
}
