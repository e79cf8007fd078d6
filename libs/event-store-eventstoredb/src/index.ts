export * from './event-store-db-event-store.js';
export * from './event-store-url-invalid.js';
