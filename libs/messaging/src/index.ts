export * from './bus-unavailable.js';
export type * from './message-bus.js';
