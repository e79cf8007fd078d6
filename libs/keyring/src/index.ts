export * from './keyring.js';
export * from './opaque-tokens.js';
export * from './keyring-file.js';
export * from './make-private-file.js';
export * from './sealed-text.js';
export * from './open-keyring.js';
