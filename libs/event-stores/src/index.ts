export * from './event-store-once-opened.js';
export type { ObservedEventStore } from './open-event-store.js';
export * from './open-stores.js';
