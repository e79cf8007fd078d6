export * from './environment-example.js';
export * from './parse-settings.js';
export * from './require-database-url.js';
export * from './settings.js';
export * from './settings-invalid.js';
export * from './settings-table.js';
