export * from './bus-unavailable.js';
export * from './in-process-bus.js';
export * from './jetstream/jet-stream-bus.js';
export type * from './message-bus.js';
