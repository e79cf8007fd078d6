import type { EventStoreDBClient } from '@eventstore/db-client';
import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from './create-client.js';
import { EventStoreUrlInvalid } from './event-store-url-invalid.js';

const FAREWELL_MS = 2_000;

let current: SharedClient | null = null;

/**
 * The process's client, for as long as somebody uses it. There is one and only one: the library keeps the appends of all
 * clients in one table, so that the outage of one rejects those of another, whose answers then meet nobody.
 */
export class SharedClient {
  #users = 0;
  #client: EventStoreDBClient;
  #renewing: Promise<void> | null = null;

  private constructor(private readonly url: string) {
    this.#client = createClient(url);
  }

  /** @throws EventStoreUrlInvalid also when the process uses another EventStoreDB already */
  static acquire(url: string): SharedClient {
    if (current !== null && current.url !== url) {
      throw new EventStoreUrlInvalid('this process uses another EventStoreDB already');
    }
    current ??= new SharedClient(url);
    current.#users++;
    return current;
  }

  /** Connects by itself with the first call. Not to be kept: it may be renewed. */
  get client(): EventStoreDBClient {
    return this.#client;
  }

  /**
   * A new client instead of this one. The library asks the server once what it supports and keeps the answer, also when
   * it was an error: every append would fail with it for ever.
   */
  async renew(failed: EventStoreDBClient): Promise<void> {
    if (failed !== this.#client) return this.#renewing ?? undefined;
    this.#renewing ??= this.#dispose().finally(() => {
      this.#client = createClient(this.url);
      this.#renewing = null;
    });
    return this.#renewing;
  }

  /** Gives it back; the last to do so ends its connections. */
  async release(): Promise<void> {
    if (--this.#users > 0) return;
    if (current === this) current = null;
    await this.#dispose();
  }

  async #dispose(): Promise<void> {
    // A stream to a frozen server may never say that it has ended.
    const ended = new AbortController();
    const farewell = delay(FAREWELL_MS, undefined, { signal: ended.signal }).catch(() => undefined);
    await Promise.race([this.#client.dispose(), farewell]);
    ended.abort();
  }
}
