import { assertAppendable } from './assert-appendable.js';
import { EventStoreUnavailable, LogIntegrityError } from './errors.js';
import type {
  AppendResult,
  EventStore,
  EventToStore,
  LogPage,
  LogRead,
  LogSubscription,
  StoredEvent,
  StreamRead,
} from './event-store.js';
import { InMemoryLog } from './in-memory-log.js';
import { toPosition, type Position } from './position.js';
import { logLimit, streamLimit } from './read-limits.js';

const SIGN_OF_LIFE_MS = 250;

/** An event store for unit tests that keeps the whole contract but durability. Give two of them one log to make two clients. */
export class InMemoryEventStore implements EventStore {
  readonly #closing = new AbortController();

  constructor(private readonly log: InMemoryLog = new InMemoryLog()) {}

  async append(stream: string, expected: number, events: readonly EventToStore[]): Promise<AppendResult> {
    this.#assertOpen();
    return this.log.append(assertAppendable(stream, expected, events));
  }

  async readStream(stream: string, read: StreamRead = {}): Promise<readonly StoredEvent[]> {
    this.#assertOpen();
    const limit = streamLimit(read);
    const stored = this.log.stream(stream);
    if (read.direction !== 'backwards') return stored.slice(read.from ?? 0, (read.from ?? 0) + limit);
    return stored
      .slice(0, (read.from ?? stored.length) + 1)
      .slice(-limit)
      .reverse();
  }

  async readAll({ after, prefixes, limit }: LogRead): Promise<LogPage> {
    this.#assertOpen();
    const askedAt = performance.now();
    const head = await this.head();
    if (after > head) throw new LogIntegrityError(after, head);
    const places = this.log.events.slice(Number(after), Number(after) + logLimit({ limit }));
    const position = toPosition(after + BigInt(places.length));
    const events = places.filter(
      ({ stream }) => prefixes === undefined || prefixes.some((prefix) => stream.startsWith(prefix)),
    );
    return { events, position, caughtUp: position === head, askedAt };
  }

  async *subscribe({ signal, ...read }: LogSubscription): AsyncGenerator<LogPage> {
    const ended = AbortSignal.any([signal, this.#closing.signal]);
    let position = read.after;
    while (!ended.aborted) {
      const page = await this.readAll({ ...read, after: position });
      position = page.position;
      yield page;
      if (page.caughtUp && position === toPosition(BigInt(this.log.events.length))) {
        await this.log.nextAppend(ended, SIGN_OF_LIFE_MS);
      }
    }
  }

  async head(): Promise<Position> {
    this.#assertOpen();
    return toPosition(BigInt(this.log.events.length));
  }

  async close(): Promise<void> {
    this.#closing.abort();
  }

  #assertOpen(): void {
    if (this.#closing.signal.aborted) throw new EventStoreUnavailable('the event store is closed');
  }
}
