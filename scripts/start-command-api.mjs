import { runBuilt } from './run-built.mjs';

/** `npm run start:command-api`: the API alone, by its environment. */
runBuilt('apps/command-api/src/main.js', { NODE_ENV: 'production' });
