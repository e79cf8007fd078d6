export * from './contract-versions.js';
export * from './fields-from-tables.js';
export type * from './integration-event.js';
export { integrationEventId } from './integration-event-id.js';
export type * from './log-message.js';
export * from './samples/sample-data.js';
export { TOLD_STREAMS } from './translations.js';
export * from './translator.js';
