export * from './test-database.js';
export * from './builders/api-key-events.js';
export * from './builders/audit-events.js';
export * from './builders/recorded-event.js';
export * from './decider-spec.js';
