export type * from './integration-event.js';
export { integrationEventId } from './integration-event-id.js';
export type * from './log-message.js';
export { TOLD_STREAMS } from './translations.js';
export * from './translator.js';
