export * from './parse-settings.js';
export * from './postgres-event-store-url.js';
export * from './settings.js';
export * from './settings-invalid.js';
export * from './settings-table.js';
