export * from './event-store-db-server.js';
