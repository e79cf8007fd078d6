import type { DomainEvent, DomainEventType } from '../domain-event.js';
import type { JsonObject } from '../json.js';
import { EVENT_CATALOGUE, type EventCatalogueEntry } from './event-catalogue.js';
import { MalformedEvent } from './malformed-event.js';
import { parseEvent } from './parse-event.js';

/**
 * A type, or a version of one, that this release does not know: a newer one wrote it. Readers stop or park the stream;
 * nobody skips it.
 */
export class UnknownEvent extends Error {
  readonly code = 'unknown_event';
  override readonly name = 'UnknownEvent';
  constructor(
    readonly eventType: string,
    readonly schemaVersion: number,
  ) {
    super(`${eventType} in version ${schemaVersion} is unknown to this release`);
  }
}

/**
 * What was stored, in whatever version, as the event that the present code folds.
 * @throws UnknownEvent for an unknown type or a newer version
 * @throws MalformedEvent when the data is not what its version promises
 */
export function upcast(type: string, schemaVersion: number, data: JsonObject): DomainEvent {
  if (!isDomainEventType(type)) throw new UnknownEvent(type, schemaVersion);
  return parseEvent(type, toPresentVersion(type, EVENT_CATALOGUE[type], schemaVersion, data));
}

/** The data through the upcasters of every version after its own. @throws UnknownEvent, MalformedEvent */
export function toPresentVersion(
  type: string,
  { upcasters }: Pick<EventCatalogueEntry, 'upcasters'>,
  schemaVersion: number,
  data: JsonObject,
): JsonObject {
  if (!Number.isInteger(schemaVersion) || schemaVersion < 1) {
    throw new MalformedEvent(type, 'metadata.schema_version must be a whole number from 1');
  }
  if (schemaVersion > upcasters.length + 1) throw new UnknownEvent(type, schemaVersion);
  return upcasters.slice(schemaVersion - 1).reduce((older, toNext) => toNext(older), data);
}

function isDomainEventType(type: string): type is DomainEventType {
  return Object.hasOwn(EVENT_CATALOGUE, type);
}
