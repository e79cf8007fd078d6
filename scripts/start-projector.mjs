import { runBuilt } from './run-built.mjs';

/** `npm run start:projector`: the projections alone, by their environment. */
runBuilt('apps/projector/src/main.js', { NODE_ENV: 'production' });
