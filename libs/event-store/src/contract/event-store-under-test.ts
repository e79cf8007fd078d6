import type { EventStore } from '../event-store.js';
import type { Position } from '../position.js';

/** What a contract run needs of an adapter: a log of its own and as many clients on it as a test asks for. */
export interface EventStoreUnderTest {
  readonly store: EventStore;
  /** Where this run's part of the log begins; default its beginning. A server that is used again cannot be emptied. */
  readonly start?: Position;
  /**
   * Whether the store writes to the log by itself, so that its head moves while nobody appends: EventStoreDB has
   * statistics and ticks among the events, which no reader sees. Default no.
   */
  readonly headMovesByItself?: boolean;
  /** How many events at least the log is filled with; default 100,000. */
  readonly manyEvents?: number;
  /** One more client on the same log; `dispose` closes it. */
  readonly another: () => Promise<EventStore>;
  /** Closes every client and throws the log away. */
  readonly dispose: () => Promise<void>;
}

/** How the tests of the contract reach the store that the suite has opened. */
export type UnderTest = () => EventStoreUnderTest;
