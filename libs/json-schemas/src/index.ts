export * from './json-schemas.js';
export * from './schema-check-unavailable.js';
export * from './sized-cache.js';
export type { ValueProblem } from './worker/messages.js';
