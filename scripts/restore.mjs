import { runBuilt } from './run-built.mjs';

/** `npm run -s restore -- DIR`: makes DATA_DIR from such a copy. */
runBuilt('apps/operator/src/cli/restore.js');
