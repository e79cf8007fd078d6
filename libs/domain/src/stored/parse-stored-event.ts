import type { ApiKeyEvent } from '../api-key/api-key.events.js';
import type { DomainEvent } from '../domain-event.js';
import type { EventMetadata } from '../event-metadata.js';
import type { JsonObject } from '../json.js';
import type { Recorded } from '../recorded.js';
import { upcast, UnknownEvent } from './upcast.js';

/** The part of a stored event that the domain reads. */
export interface StoredDomainEvent {
  readonly type: string;
  readonly data: JsonObject;
  readonly metadata: EventMetadata;
}

/** A stored event of any stream, ready to be folded or mapped. @throws UnknownEvent, MalformedEvent */
export function parseStoredEvent({ type, data, metadata }: StoredDomainEvent): Recorded<DomainEvent> {
  return { ...upcast(type, metadata.schema_version, data), metadata };
}

/** A stored event of a stream `apiKey-{lineage}`. @throws UnknownEvent, also for another stream's event; MalformedEvent */
export function parseApiKeyEvent(stored: StoredDomainEvent): Recorded<ApiKeyEvent> {
  const event = parseStoredEvent(stored);
  if (!isApiKeyEvent(event)) throw new UnknownEvent(event.type, stored.metadata.schema_version);
  return event;
}

/** Whether a recorded event is one of a key's lineage. */
export function isApiKeyEvent(event: Recorded<DomainEvent>): event is Recorded<ApiKeyEvent> {
  return event.type.startsWith('api_key.');
}
