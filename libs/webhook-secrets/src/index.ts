export * from './signing-secret.js';
export * from './sweep-webhook-secrets.js';
export * from './webhook-secrets.js';
export * from './webhook-secrets.migrations.js';
