export type * from './integration-event.js';
export type * from './log-message.js';
