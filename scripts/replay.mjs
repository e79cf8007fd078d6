import { runBuilt } from './run-built.mjs';

/** `npm run -s replay -- FILE --as-of T`: how an organization's keys stood, by its log alone. */
runBuilt('apps/replay/src/cli/replay.js');
