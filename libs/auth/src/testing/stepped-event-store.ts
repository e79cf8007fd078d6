import type {
  AppendResult,
  EventStore,
  EventToStore,
  LogPage,
  LogRead,
  LogSubscription,
  StoredEvent,
  StreamRead,
} from '#libs/event-store';
import { InMemoryEventStore, type Position } from '#libs/event-store';

/**
 * An event store whose subscription moves and whose reads of streams end only when a test says so. A read answers what
 * was there when it was asked, which is the worst that a real store may do.
 */
export class SteppedEventStore implements EventStore {
  readonly inner = new InMemoryEventStore();
  readonly #reads: (() => void)[] = [];
  #deliveries: number[] = [];
  #wake: () => void = () => undefined;
  /** Of the clock that the directory is given. */
  monotonic = 0;
  /** Whether reads wait for `finishRead`. */
  holdsReads = true;
  /** Thrown by the next reads of a stream. */
  failure: Error | null = null;
  readsBegun = 0;

  get readsWaiting(): number {
    return this.#reads.length;
  }

  /** Lets one waiting read end. */
  finishRead(index: number): void {
    for (const finish of this.#reads.splice(index % Math.max(1, this.#reads.length), 1)) finish();
  }

  /** Lets the subscription deliver its next page with up to so many places of the log. */
  deliver(places: number): void {
    this.#deliveries.push(places);
    this.#wake();
  }

  async readStream(stream: string, read?: StreamRead): Promise<readonly StoredEvent[]> {
    this.readsBegun += 1;
    if (this.failure !== null) throw this.failure;
    const answer = await this.inner.readStream(stream, read);
    if (this.holdsReads) await new Promise<void>((resolve) => this.#reads.push(resolve));
    return answer;
  }

  async *subscribe({ signal, ...read }: LogSubscription): AsyncGenerator<LogPage> {
    signal.addEventListener('abort', () => this.#wake());
    for (let position = read.after; !signal.aborted;) {
      const places = this.#deliveries.shift();
      if (places === undefined) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
        continue;
      }
      const page = await this.readAll({ ...read, after: position, limit: places });
      position = page.position;
      yield { ...page, askedAt: this.monotonic };
    }
  }

  append(stream: string, expected: number, events: readonly EventToStore[]): Promise<AppendResult> {
    return this.inner.append(stream, expected, events);
  }

  readAll(read: LogRead): Promise<LogPage> {
    return this.inner.readAll(read);
  }

  head(): Promise<Position> {
    return this.inner.head();
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}

/** Lets everything that is ready to run, run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
