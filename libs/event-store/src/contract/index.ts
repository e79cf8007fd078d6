export * from './careful-client.js';
export * from './describe-event-store.js';
export type { EventStoreUnderTest } from './event-store-under-test.js';
export * from './read-to-end.js';
export * from './some-event.js';
