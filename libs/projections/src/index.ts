export * from './checkpoint-waiter.js';
export { loadCheckpoint } from './checkpoints.js';
export * from './errors.js';
export * from './product-prefixes.js';
export * from './project-page.js';
export * from './projection.js';
export * from './projection-migrations.js';
export * from './projection-runner.js';
export * from './projection-status.js';
