import type { EventMetadata, JsonObject } from '#libs/domain';
import type { IntegrationEvent } from './integration-event.js';

/** A stored event as it goes over a bus. */
export interface StoredDomainEventJson {
  readonly id: string;
  readonly type: string;
  readonly data: JsonObject;
  readonly metadata: EventMetadata;
  readonly stream: string;
  readonly revision: number;
}

/** What a place of the log means to the fan-out. */
export interface LogMessageContent {
  /** Null: an event of an endpoint that no receiver is told. */
  readonly event: IntegrationEvent | null;
  /** The stored event itself where it is one of a stream `webhook-{id}`, whatever its type. */
  readonly endpoint: StoredDomainEventJson | null;
  /** Where the domain event is. */
  readonly stream: string;
  readonly revision: number;
}

/** One message of the publisher. Positions are decimal, as JSON has no integers of that size. */
export interface LogMessage {
  /** Its own place in the log. */
  readonly position: string;
  /**
   * The place of the message before it, `'0'` where it is the first: between the two is nothing of interest. A reader that
   * has not got as far as `previous` has missed something and reads the log instead.
   */
  readonly previous: string;
  /** Null: there is nothing of interest up to `position`. */
  readonly content: LogMessageContent | null;
}
