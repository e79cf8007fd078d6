import type pg from 'pg';
import {
  BEGINNING,
  EventStoreUnavailable,
  assertAppendable,
  type AppendResult,
  type EventStore,
  type EventStoreFigures,
  type EventToStore,
  type LogPage,
  type LogRead,
  type LogSubscription,
  type Position,
  type StoredEvent,
  type StreamRead,
} from '#libs/event-store';
import type { Logger } from '#libs/observability';
import { createPool, isOutage, onOneConnection, roleUrl } from '#libs/postgres';
import { AppendQueue } from './append-queue.js';
import { assertHeadAgrees } from './assert-head-agrees.js';
import { followLog } from './follow-log.js';
import { HeadWatch } from './head-watch.js';
import { readHead } from './read-head.js';
import { readLog } from './read-log.js';
import { readStream } from './read-stream.js';
import { verifyLog, type LogVerified } from './verify-log.js';

export interface PostgresEventStoreOptions {
  /** The owner's URL; the store itself connects as the events role. `eventStoreMigrations` must have been applied. */
  readonly ownerUrl: string;
  readonly logger: Logger;
  /** Of this store, default 8: one appends, one follows the head, the others read. */
  readonly maxConnections?: number;
  /** How long one append may take before it counts as unconfirmed, milliseconds, default 5,000. */
  readonly appendDeadlineMs?: number;
  /** Most appends that wait at once, default 10,000; more are refused as `EventStoreUnavailable`. */
  readonly maxWaitingAppends?: number;
  /** Ends the opening, which otherwise waits for a frozen server as long as for any answer. */
  readonly signal?: AbortSignal;
}

/**
 * The event store on Postgres: dense positions by one lock, throughput by group commit in the process. Appends have a
 * connection of their own, so that no amount of reading delays them.
 */
export class PostgresEventStore implements EventStore {
  readonly #closing = new AbortController();

  private constructor(
    private readonly appenders: pg.Pool,
    private readonly readers: pg.Pool,
    private readonly queue: AppendQueue,
    private readonly watch: HeadWatch,
    private readonly logger: Logger,
  ) {}

  /**
   * Connects and makes sure that the head and the newest event agree.
   * @throws EventStoreUnavailable
   * @throws the signal's reason once it fires
   * @throws LogIntegrityError
   */
  static async open(options: PostgresEventStoreOptions): Promise<PostgresEventStore> {
    const {
      signal,
      ownerUrl,
      logger,
      maxConnections = 8,
      appendDeadlineMs = 5_000,
      maxWaitingAppends = 10_000,
    } = options;
    const onIdleError = (error: Error): void => {
      // A server that stops right behind us ends what has only just said goodbye.
      if (!store.#closing.signal.aborted) logger.warn({ error: error.message }, 'idle event store connection lost');
    };
    const appenders = createPool({ ownerUrl, role: 'events', max: 1, onIdleError });
    const readers = createPool({ ownerUrl, role: 'events', max: Math.max(maxConnections - 2, 1), onIdleError });
    const store: PostgresEventStore = new PostgresEventStore(
      appenders,
      readers,
      new AppendQueue({ pool: appenders, logger, deadlineMs: appendDeadlineMs, maxWaiting: maxWaitingAppends }),
      new HeadWatch({ listenUrl: roleUrl(ownerUrl, 'events'), logger }),
      logger,
    );
    const opening = { url: roleUrl(ownerUrl, 'events'), applicationName: 'keyledger events', signal };
    try {
      await store.#ask(() => onOneConnection(opening, assertHeadAgrees));
      return store;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  async append(stream: string, expected: number, events: readonly EventToStore[]): Promise<AppendResult> {
    return this.queue.append(assertAppendable(stream, expected, events));
  }

  readStream(stream: string, read: StreamRead = {}): Promise<readonly StoredEvent[]> {
    return this.#ask(() => readStream(this.readers, stream, read));
  }

  readAll(read: LogRead): Promise<LogPage> {
    return this.#ask(() => readLog(this.readers, read));
  }

  subscribe(subscription: LogSubscription): AsyncIterable<LogPage> {
    const signal = AbortSignal.any([subscription.signal, this.#closing.signal]);
    return followLog((read) => this.readAll(read), this.watch, { ...subscription, signal }, this.logger);
  }

  head(): Promise<Position> {
    return this.#ask(() => readHead(this.readers));
  }

  /** For the operator's metrics: nothing is asked of Postgres. `head` is as of the latest poll by a subscriber. */
  figures(): EventStoreFigures {
    return { head: this.watch.latest?.head ?? BEGINNING, waitingAppends: this.queue.waiting };
  }

  /**
   * Walks the log from `from` (default its beginning) to its end and checks that no position and no revision of any
   * stream is missing. For operators and tests; it reads everything.
   * @throws LogIntegrityError at the first gap
   * @throws EventStoreUnavailable
   */
  verifyLog(from?: Position): Promise<LogVerified> {
    return this.#ask(() => verifyLog(this.readers, from));
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    await Promise.all([this.queue.close(), this.watch.close()]);
    await Promise.all([this.appenders.end(), this.readers.end()]);
  }

  async #ask<T>(question: () => Promise<T>): Promise<T> {
    if (this.#closing.signal.aborted) throw new EventStoreUnavailable('the event store is closed');
    try {
      return await question();
    } catch (error) {
      if (isOutage(error)) throw new EventStoreUnavailable('the event store did not answer', { cause: error });
      throw error;
    }
  }
}
