export * from './create-logger.js';
export * from './logger.js';
export * from './product-metrics.js';
export * from './request-line.js';
export * from './scrub-secrets.js';
