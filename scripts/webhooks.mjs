import { runBuilt } from './run-built.mjs';

/** `npm run -s webhooks -- status | send-from POSITION | send-from beginning`: what waits, and what is to be sent after all. */
runBuilt('apps/operator/src/cli/webhooks.js');
