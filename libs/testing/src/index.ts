export * from './test-database.js';
export * from './builders/api-key-events.js';
export * from './builders/audit-events.js';
export * from './builders/recorded-event.js';
export * from './decider-spec.js';
export * from './system/api-client.js';
export * from './system/free-port.js';
export * from './system/started-system.js';
