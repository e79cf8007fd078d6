export * from './database-unavailable.js';
export * from './database-unfit.js';
export * from './in-organization.js';
export * from './in-transaction.js';
export * from './migrate.js';
export * from './on-one-connection.js';
export * from './pool.js';
export * from './roles.js';
