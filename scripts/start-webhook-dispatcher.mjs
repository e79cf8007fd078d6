import { runBuilt } from './run-built.mjs';

/** `npm run start:webhook-dispatcher`: the webhooks alone, by their environment. */
runBuilt('apps/webhook-dispatcher/src/main.js', { NODE_ENV: 'production' });
