import { runBuilt } from './run-built.mjs';

/** `npm run -s backup -- DIR`: a copy of everything that the embedded mode keeps in DATA_DIR, while it runs. */
runBuilt('apps/operator/src/cli/backup.js');
