import { runBuilt } from './run-built.mjs';

/** `npm run -s drop-read-models`: with the product stopped; its next start makes them anew from the log. */
runBuilt('apps/operator/src/cli/drop-read-models.js');
