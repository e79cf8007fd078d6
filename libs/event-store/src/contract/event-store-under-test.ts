import type { EventStore } from '../event-store.js';

/** What a contract run needs of an adapter: a log of its own and as many clients on it as a test asks for. */
export interface EventStoreUnderTest {
  readonly store: EventStore;
  /** One more client on the same log; `dispose` closes it. */
  readonly another: () => Promise<EventStore>;
  /** Closes every client and throws the log away. */
  readonly dispose: () => Promise<void>;
}

/** How the tests of the contract reach the store that the suite has opened. */
export type UnderTest = () => EventStoreUnderTest;
