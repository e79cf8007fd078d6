export * from './caller.js';
export * from './key-secret/key-id.js';
export * from './key-secret/mint-secret.js';
export * from './key-secret/parse-secret.js';
export * from './secret-hasher.js';
