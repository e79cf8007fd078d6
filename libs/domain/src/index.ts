export * from './actor.js';
export * from './event-metadata.js';
export * from './field-change.js';
export * from './json.js';
export * from './recorded.js';
export * from './api-key/api-key.events.js';
export * from './api-key/api-key.state.js';
