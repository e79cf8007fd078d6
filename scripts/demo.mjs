import { runBuilt } from './run-built.mjs';

/** `npm run demo -- [--minutes N] [--jobs N]`: fills the system that runs on DATA_DIR with believable data. */
runBuilt('apps/demo/src/cli/demo.js');
