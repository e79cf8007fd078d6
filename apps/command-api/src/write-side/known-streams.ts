import { BoundedLru } from '#libs/bounded-lru';
import type { EventStore, Position, StoredEvent } from '#libs/event-store';
import type { DomainEvent, StreamType } from './stream-type.js';

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
  /** Of its events' data as JSON, as a measure of what the state takes. */
  readonly bytes: number;
}

/** Of all states together, and of one. */
const MOST_BYTES = 33_554_432;
const MOST_BYTES_EACH = 4_194_304;
/** What even the smallest state counts. */
const LEAST_BYTES = 1_024;

/**
 * The streams that commands met last, folded, so that the next command on one need not read it from its start. They are
 * never the truth: an append is held against the exact revision, and a decision that appends nothing holds only where the
 * stream has not gone on (`isCurrent`).
 */
export class KnownStreams {
  readonly #streams = new BoundedLru<string, KnownStream<unknown>>(MOST_BYTES);

  constructor(private readonly store: Pick<EventStore, 'readStream'>) {}

  /** A stream is of one type, so what is remembered under its name is of the asked one. */
  recall<State>(stream: string): KnownStream<State> | null {
    return (this.#streams.get(stream) as KnownStream<State> | undefined) ?? null;
  }

  remember(stream: string, known: KnownStream<unknown>): void {
    if (known.bytes > MOST_BYTES_EACH) this.#streams.delete(stream);
    else this.#streams.set(stream, known, Math.max(known.bytes, LEAST_BYTES));
  }

  /** Whether what is known is the stream's end, and the stream still the one it was. @throws EventStoreUnavailable */
  async isCurrent(stream: string, { revision, lastId }: KnownStream<unknown>): Promise<boolean> {
    const [last, next] = await this.store.readStream(stream, { from: revision, limit: 2 });
    return last?.id === lastId && next === undefined;
  }
}

/** What a stream is after these events, which follow on what is known of it; null for an empty one. */
export function knownAfter<Command, Event extends DomainEvent, State>(
  type: StreamType<Command, Event, State>,
  known: KnownStream<State> | null,
  events: readonly StoredEvent[],
): KnownStream<State> | null {
  const last = events.at(-1);
  if (last === undefined) return known;
  const orgId = known === null ? last.metadata.org_id : known.orgId;
  return {
    state: events.reduce(
      (state, event) => type.decider.evolve(state, type.parse(event)),
      known?.state ?? type.decider.initialState,
    ),
    orgId: events.every(({ metadata }) => metadata.org_id === orgId) ? orgId : null,
    lastId: last.id,
    revision: last.revision,
    position: last.position,
    occurredAt: Date.parse(last.metadata.occurred_at),
    bytes: events.reduce((sum, { data }) => sum + JSON.stringify(data).length, known?.bytes ?? 0),
  };
}
