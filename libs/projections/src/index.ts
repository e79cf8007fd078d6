export * from './checkpoint-waiter.js';
export * from './errors.js';
export * from './product-prefixes.js';
export * from './projection.js';
export * from './projection-migrations.js';
export * from './projection-runner.js';
export * from './projection-status.js';
