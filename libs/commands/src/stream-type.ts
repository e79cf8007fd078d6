import type { Decider, JsonObject, Recorded } from '#libs/domain';
import type { StoredEvent } from '#libs/event-store';

/** What every event of a stream is. */
export type StreamEvent = { readonly type: string; readonly data: JsonObject };

/** One kind of stream: who decides on it, and how its events are read from and written to the store. */
export interface StreamType<Command, Event extends StreamEvent, State> {
  readonly decider: Decider<Command, Event, State>;
  /** A stored event, brought to its current version. @throws UnknownEvent when its type or version is not known here */
  readonly parse: (stored: StoredEvent) => Recorded<Event>;
  readonly schemaVersion: (type: Event['type']) => number;
}
