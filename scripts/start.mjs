import { runBuilt } from './run-built.mjs';

/** `npm start`: the product, embedded. */
runBuilt('apps/standalone/src/main.js', { NODE_ENV: 'production', DEV_ISSUER: 'true' });
