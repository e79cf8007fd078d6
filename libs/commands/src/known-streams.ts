import { BoundedLru } from '#libs/bounded-lru';
import type { EventStore, Position, StoredEvent } from '#libs/event-store';
import type { StreamEvent, StreamType } from './stream-type.js';

/** A stream as it was folded, and its last event. */
export interface KnownStream<State> {
  readonly state: State;
  /** Null: its events are of more than one, so it is nobody's. */
  readonly orgId: string | null;
  readonly lastId: string;
  readonly revision: number;
  readonly position: Position;
  /** Of the last event, Unix milliseconds. */
  readonly occurredAt: number;
  /** What the state takes as JSON: as it was weighed last, and the data of the events since. */
  readonly bytes: number;
  readonly weighedBytes: number;
}

interface Remembered {
  readonly known: KnownStream<unknown>;
  /** Of the clock that only goes forward. */
  readonly metAt: number;
}

/**
 * What was met so short a time ago is decided on without a look. An append at the exact revision would not notice that the
 * log was restored meanwhile and another event stored at that revision, but no restore is that short.
 */
const TRUSTED_MS = 5_000;

/** Of all states together, and of one. */
const MOST_BYTES = 33_554_432;
const MOST_BYTES_EACH = 4_194_304;
/** What even the smallest state counts. */
const LEAST_BYTES = 1_024;
/** What is lighter than this is not weighed: the data of its events stand for it. */
const LIGHT_BYTES = 65_536;
/** More events at once are not summed up; the state is weighed. */
const MANY_EVENTS = 100;

/**
 * The streams that commands met last, folded, so that the next command on one need not read it from its start. They are
 * never the truth: an append is held against the exact revision, a decision that appends nothing holds only where the
 * stream has not gone on (`isCurrent`), and what was met a while ago is looked at before it is decided on.
 */
export class KnownStreams {
  readonly #streams = new BoundedLru<string, Remembered>(MOST_BYTES);

  constructor(
    private readonly store: Pick<EventStore, 'readStream'>,
    private readonly monotonic: () => number = () => performance.now(),
  ) {}

  /**
   * A stream that was met here before, good to append to. Null: it has to be read.
   * @throws EventStoreUnavailable
   */
  recall<State>(stream: string): Promise<KnownStream<State> | null> {
    return this.#recall(stream, TRUSTED_MS);
  }

  /** A stream that was met here before and has not gone on since. Null: it has to be read. @throws EventStoreUnavailable */
  recallCurrent<State>(stream: string): Promise<KnownStream<State> | null> {
    return this.#recall(stream, -Infinity);
  }

  remember(stream: string, known: KnownStream<unknown>): void {
    if (known.bytes > MOST_BYTES_EACH) this.#streams.delete(stream);
    else this.#streams.set(stream, { known, metAt: this.monotonic() }, Math.max(known.bytes, LEAST_BYTES));
  }

  async #recall<State>(stream: string, trustedMs: number): Promise<KnownStream<State> | null> {
    const remembered = this.#streams.get(stream);
    if (remembered === undefined) return null;
    const { known, metAt } = remembered;
    if (this.monotonic() - metAt > trustedMs && !(await this.isCurrent(stream, known))) return null;
    // A stream is of one type, so what is remembered under its name is of the asked one.
    return known as KnownStream<State>;
  }

  /** Whether what is known is the stream's end, and the stream still the one it was. @throws EventStoreUnavailable */
  async isCurrent(stream: string, { revision, lastId }: KnownStream<unknown>): Promise<boolean> {
    const [last, next] = await this.store.readStream(stream, { from: revision, limit: 2 });
    return last?.id === lastId && next === undefined;
  }
}

/** What a stream is after these events, which follow on what is known of it; null for an empty one. */
export function knownAfter<Command, Event extends StreamEvent, State>(
  type: StreamType<Command, Event, State>,
  known: KnownStream<State> | null,
  events: readonly StoredEvent[],
): KnownStream<State> | null {
  const last = events.at(-1);
  if (last === undefined) return known;
  const orgId = known === null ? last.metadata.org_id : known.orgId;
  const state = events.reduce(
    (before, event) => type.decider.evolve(before, type.parse(event)),
    known?.state ?? type.decider.initialState,
  );
  return {
    state,
    orgId: events.every(({ metadata }) => metadata.org_id === orgId) ? orgId : null,
    lastId: last.id,
    revision: last.revision,
    position: last.position,
    occurredAt: Date.parse(last.metadata.occurred_at),
    ...weightOf(state, known, events),
  };
}

function weightOf(
  state: unknown,
  known: KnownStream<unknown> | null,
  events: readonly StoredEvent[],
): Pick<KnownStream<unknown>, 'bytes' | 'weighedBytes'> {
  const { bytes = 0, weighedBytes = 0 } = known ?? {};
  const added = events.length > MANY_EVENTS ? Infinity : events.reduce((sum, { data }) => sum + lengthOf(data), 0);
  if (bytes + added <= 2 * weighedBytes + LIGHT_BYTES) return { bytes: bytes + added, weighedBytes };
  const weighed = lengthOf(state);
  return { bytes: weighed, weighedBytes: weighed };
}

function lengthOf(value: unknown): number {
  return JSON.stringify(value).length;
}
