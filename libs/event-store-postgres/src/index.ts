export * from './event-store-migrations.js';
export * from './postgres-event-store.js';
export type { LogVerified } from './verify-log.js';
