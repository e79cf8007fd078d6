import { runBuilt } from './run-built.mjs';

/** `npm run -s projections -- status | rebuild NAME | unpark NAME STREAM`: the read models, seen and served by operators. */
runBuilt('apps/operator/src/cli/projections.js');
