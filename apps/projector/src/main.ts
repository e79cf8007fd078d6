import { runProjector } from './run-projector.js';

/** A stop takes the pages in hand with it; one that hangs on a database is cut short, for nothing half done can stay. */
const STOP_WITHIN_MS = 9_000;

const stopping = new AbortController();
const stop = (): void => {
  stopping.abort();
  setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);

try {
  await runProjector(process.env, stopping.signal);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
