import type { EventStoreDBClient } from '@eventstore/db-client';
import {
  BEGINNING,
  EventStoreUnavailable,
  InvalidAppend,
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
import { AppendQueue } from './append-queue.js';
import { appendOnce } from './append-once.js';
import type { ReadLimits } from './collect-events.js';
import { followLog } from './follow-log.js';
import { isOutage } from './is-outage.js';
import { readHead } from './read-head.js';
import { readLog } from './read-log.js';
import { readStream } from './read-stream.js';
import { SharedClient } from './shared-client.js';
import { isVisible } from './tick-stream.js';
import { Ticker } from './ticker.js';

export interface EventStoreDbEventStoreOptions {
  /** `esdb://[user:password@]host:port[,host:port][?tls=false]`: the credentials stand here and nowhere else. */
  readonly url: string;
  readonly logger: Logger;
  /** How long one append may take before it counts as unconfirmed, milliseconds, default 5,000. */
  readonly appendDeadlineMs?: number;
  /** How long one read may take, milliseconds, default 10,000. */
  readonly readDeadlineMs?: number;
  /** Most appends that wait at once, default 10,000; more are refused as `EventStoreUnavailable`. */
  readonly maxWaitingAppends?: number;
  /** Ends the opening, which otherwise waits for a frozen server as long as any read. */
  readonly signal?: AbortSignal;
}

/**
 * The event store on EventStoreDB 23.10 or newer. All stores of a process share one client, so they must be of one URL.
 * Reading the whole log takes an administrator's credentials by the server's default rights.
 */
export class EventStoreDbEventStore implements EventStore {
  readonly #closing = new AbortController();
  readonly #queue: AppendQueue;
  readonly #ticker: Ticker;
  readonly #readDeadlineMs: number;
  #newest: Position = BEGINNING;

  private constructor(
    private readonly shared: SharedClient,
    private readonly logger: Logger,
    { appendDeadlineMs = 5_000, maxWaitingAppends = 10_000, readDeadlineMs = 10_000 }: EventStoreDbEventStoreOptions,
  ) {
    this.#queue = new AppendQueue({
      appendOnce: (request) => shared.use((life) => appendOnce(life, request)),
      logger,
      deadlineMs: appendDeadlineMs,
      maxWaiting: maxWaitingAppends,
    });
    this.#ticker = new Ticker({ shared, logger });
    this.#readDeadlineMs = readDeadlineMs;
  }

  /**
   * Connects and reads the newest event.
   * @throws EventStoreUnavailable
   * @throws the signal's reason once it fires
   * @throws EventStoreUrlInvalid also when the process has a store of another URL open
   * @throws Error of the client, of type `access-denied`, for credentials that may not read the log
   */
  static async open(options: EventStoreDbEventStoreOptions): Promise<EventStoreDbEventStore> {
    const { signal } = options;
    signal?.throwIfAborted();
    const store = new EventStoreDbEventStore(SharedClient.acquire(options.url), options.logger, options);
    const answered = new AbortController();
    const told = new Promise<void>((stop) => {
      signal?.addEventListener('abort', () => stop(), { signal: answered.signal });
    });
    try {
      await Promise.race([store.head(), told]);
      signal?.throwIfAborted();
      return store;
    } catch (error) {
      await store.close();
      throw error;
    } finally {
      answered.abort();
    }
  }

  async append(stream: string, expected: number, events: readonly EventToStore[]): Promise<AppendResult> {
    const request = assertAppendable(stream, expected, events);
    if (!isVisible(stream)) throw new InvalidAppend(`the stream ${stream} is not the caller's to write to`);
    const result = await this.#queue.append({ ...request, originals: events });
    if (result.outcome === 'stored') this.#saw(result.position);
    return result;
  }

  readStream(stream: string, read: StreamRead = {}): Promise<readonly StoredEvent[]> {
    return this.#ask((client, limits) => readStream(client, stream, read, limits));
  }

  async readAll(read: LogRead): Promise<LogPage> {
    const page = await this.#ask((client, limits) => readLog(client, read, limits));
    this.#saw(page.position);
    return page;
  }

  async *subscribe(subscription: LogSubscription): AsyncGenerator<LogPage> {
    const signal = AbortSignal.any([subscription.signal, this.#closing.signal]);
    const head = (): Promise<Position> => this.head();
    const following = { shared: this.shared, head, ticker: this.#ticker, logger: this.logger };
    for await (const page of followLog(following, { ...subscription, signal })) {
      this.#saw(page.position);
      yield page;
    }
  }

  async head(): Promise<Position> {
    const head = await this.#ask(readHead);
    this.#saw(head);
    return head;
  }

  /** For the operator's metrics: nothing is asked of the server. `head` is the newest position that came by. */
  figures(): EventStoreFigures {
    return { head: this.#newest, waitingAppends: this.#queue.waiting };
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    await Promise.all([this.#queue.close(), this.#ticker.close()]);
    await this.shared.release();
  }

  #saw(position: Position): void {
    if (position > this.#newest) this.#newest = position;
  }

  async #ask<T>(question: (client: EventStoreDBClient, limits: ReadLimits) => Promise<T>): Promise<T> {
    if (this.#closing.signal.aborted) throw new EventStoreUnavailable('the event store is closed');
    try {
      return await this.shared.use(({ client, ended }) =>
        question(client, { deadlineMs: this.#readDeadlineMs, ended }),
      );
    } catch (error) {
      if (isOutage(error)) throw new EventStoreUnavailable('the event store did not answer', { cause: error });
      throw error;
    }
  }
}
