import type { IntegrationEventType, JsonObject } from '#libs/domain';
import type { StoredEvent } from '#libs/event-store';

/** What receivers are told of a domain event. */
export interface Told {
  readonly type: IntegrationEventType;
  readonly data: JsonObject;
}

/** A stream after one more event. */
export interface Step<State> {
  readonly state: State;
  /** Null: nobody is told of this event. */
  readonly told: Told | null;
  /** Nothing that follows will be told: the state is of no more use. */
  readonly isLast: boolean;
}

/** How the events of one kind of stream become integration events. */
export interface Translation<State> {
  readonly initialState: State;
  /** Whether events of that type may be told, so that the state before them is needed. */
  mayTell(type: string): boolean;
  /** @throws UnknownEvent, MalformedEvent */
  step(state: State, event: StoredEvent): Step<State>;
  /** By how much a state grows with the event, about, in characters of JSON. */
  weight(event: StoredEvent): number;
}
