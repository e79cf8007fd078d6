export * from './operations-routes.js';
export * from './operations-server.js';
export * from './probe-readiness.js';
export * from './readiness.js';
export * from './refusals.js';
