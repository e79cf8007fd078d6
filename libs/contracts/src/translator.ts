import { BoundedLru } from '#libs/bounded-lru';
import { WEBHOOK_STREAM_PREFIX, parseStoredEvent } from '#libs/domain';
import type { EventStore, StoredEvent } from '#libs/event-store';
import { foldUpTo } from './fold-up-to.js';
import type { IntegrationEvent } from './integration-event.js';
import { integrationEventId } from './integration-event-id.js';
import type { LogMessageContent, StoredDomainEventJson } from './log-message.js';
import type { Step, Told, Translation } from './translation.js';
import { translationOf } from './translations.js';

/** A stream as it was folded. */
interface Held {
  readonly revision: number;
  readonly state: unknown;
  /** See `Translation.weight`. */
  readonly weight: number;
}

/** Of all streams together, about, in characters of JSON. */
const MOST_WEIGHT = 33_554_432;
/** What even the smallest state counts. */
const LEAST_WEIGHT = 1_024;

/**
 * Makes integration events of domain events: the object that an event is about, as it is right after it and as the log
 * alone says it. It remembers the streams that it met last, folded, and reads the others from the store.
 *
 * What cannot be translated is thrown, and nobody may go past it: UnknownEvent for what a newer release wrote,
 * MalformedEvent for what is damaged.
 */
export class Translator {
  readonly #streams = new BoundedLru<string, Held>(MOST_WEIGHT);

  constructor(private readonly store: Pick<EventStore, 'readStream'>) {}

  /**
   * What the fan-out needs to know of an event; null: nothing. Events come in log order, though anew from any place.
   * @throws UnknownEvent, MalformedEvent, LogIntegrityError, EventStoreUnavailable
   */
  async translate(event: StoredEvent): Promise<LogMessageContent | null> {
    const translation = translationOf(event.stream);
    if (translation === null) return null;
    const told = await this.#told(translation, event);
    const endpoint = event.stream.startsWith(WEBHOOK_STREAM_PREFIX) ? asJson(event) : null;
    if (told === null && endpoint === null) return null;
    const { stream, revision } = event;
    return { event: told === null ? null : integrationEvent(event, told), endpoint, stream, revision };
  }

  /**
   * The integration event that a stored event was; null: it was none. It reads the stream and remembers nothing of it:
   * replays go through streams of long ago.
   * @throws as `translate`
   */
  async translateAt(stream: string, revision: number): Promise<IntegrationEvent | null> {
    const translation = translationOf(stream);
    if (translation === null) return null;
    const { event, told } = await foldUpTo(this.store, translation, stream, revision);
    return told === null ? null : integrationEvent(event, told);
  }

  async #told(translation: Translation<unknown>, event: StoredEvent): Promise<Told | null> {
    const { stream, revision } = event;
    const held = this.#streams.get(stream);
    if (revision === 0) return this.#stepped(translation, null, event);
    if (held?.revision === revision - 1) return this.#stepped(translation, held, event);
    if (translation.mayTell(event.type)) {
      const read = await foldUpTo(this.store, translation, stream, revision);
      this.#remember(event, read, read.weight);
      return read.told;
    }
    // Not worth a read; but what this release does not know must not be passed by.
    parseStoredEvent(event);
    return null;
  }

  #stepped(translation: Translation<unknown>, held: Held | null, event: StoredEvent): Told | null {
    const step = translation.step(held === null ? translation.initialState : held.state, event);
    this.#remember(event, step, (held?.weight ?? 0) + translation.weight(event));
    return step.told;
  }

  #remember({ stream, revision }: StoredEvent, { state, isLast }: Step<unknown>, weight: number): void {
    if (isLast) this.#streams.delete(stream);
    else this.#streams.set(stream, { revision, state, weight }, Math.max(weight, LEAST_WEIGHT));
  }
}

function integrationEvent({ id, metadata }: StoredEvent, { type, data }: Told): IntegrationEvent {
  return {
    id: integrationEventId(id),
    type,
    schema_version: 1,
    org_id: metadata.org_id,
    timestamp: metadata.occurred_at,
    data,
  };
}

function asJson({ id, type, data, metadata, stream, revision }: StoredEvent): StoredDomainEventJson {
  return { id, type, data, metadata, stream, revision };
}
