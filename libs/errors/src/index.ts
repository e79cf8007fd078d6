export * from './is-error.js';
export * from './code-of.js';
