export * from './keyring.js';
export * from './opaque-tokens.js';
