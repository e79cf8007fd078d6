import {
  BEGINNING,
  EventStoreUnavailable,
  type AppendResult,
  type EventToStore,
  type LogPage,
  type LogRead,
  type LogSubscription,
  type Position,
  type StoredEvent,
  type StreamRead,
} from '#libs/event-store';
import type { ObservedEventStore } from './open-event-store.js';

/**
 * The event store of a process that starts while it is out of reach: until it was opened, every call throws what an
 * outage later on would, so that nobody above has to know how the process began.
 */
export class EventStoreOnceOpened implements ObservedEventStore {
  #store: ObservedEventStore | null = null;
  #closed = false;

  /** Passes every call on from now on; after `close` it closes the store at once. */
  async opened(store: ObservedEventStore): Promise<void> {
    if (this.#closed) return store.close();
    this.#store = store;
  }

  async append(stream: string, expected: number, events: readonly EventToStore[]): Promise<AppendResult> {
    return this.#opened().append(stream, expected, events);
  }

  async readStream(stream: string, read?: StreamRead): Promise<readonly StoredEvent[]> {
    return this.#opened().readStream(stream, read);
  }

  async readAll(read: LogRead): Promise<LogPage> {
    return this.#opened().readAll(read);
  }

  /** @throws EventStoreUnavailable from its first page on, where it was not opened by then */
  async *subscribe(subscription: LogSubscription): AsyncGenerator<LogPage> {
    yield* this.#opened().subscribe(subscription);
  }

  async head(): Promise<Position> {
    return this.#opened().head();
  }

  figures(): ReturnType<ObservedEventStore['figures']> {
    return this.#store?.figures() ?? { head: BEGINNING, waitingAppends: 0 };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#store?.close();
  }

  #opened(): ObservedEventStore {
    if (this.#store === null) throw new EventStoreUnavailable('the event store was not reached yet');
    return this.#store;
  }
}
