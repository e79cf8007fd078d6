export * from './assert-appendable.js';
export * from './errors.js';
export * from './event-store.js';
export * from './in-memory-event-store.js';
export * from './in-memory-log.js';
export * from './position.js';
export * from './read-limits.js';
