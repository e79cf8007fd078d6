export * from './create-logger.js';
export * from './logger.js';
export * from './product-metrics.js';
export * from './request-line.js';
export * from './scrub-secrets.js';
export * from './tracing/in-span.js';
export * from './tracing/span-attributes.js';
export * from './tracing/start-tracing.js';
