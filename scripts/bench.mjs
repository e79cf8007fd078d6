import { runBuilt } from './run-built.mjs';

/** `npm run bench`: the benchmark, as a table and (`--json`) as JSON. */
runBuilt('bench/main.js', { NODE_ENV: 'production' });
