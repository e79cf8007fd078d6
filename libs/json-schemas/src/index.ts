export * from './json-schemas.js';
export * from './schema-check-unavailable.js';
export type { ValueProblem } from './worker/messages.js';
