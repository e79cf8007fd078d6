import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSettings } from '#libs/settings';
import { startStandalone } from './start-standalone.js';

/** A stop finishes what is in hand; one that hangs is cut short, for nothing half done can stay. */
const STOP_WITHIN_MS = 9_000;

/** The compiled file lies in `dist/apps/standalone/src` below the repository. */
const REPOSITORY = dirname(fileURLToPath(new URL('../../../', import.meta.url)));

const told = new Promise<void>((resolve) => {
  const stop = (): void => {
    // From the signal on, so that it holds for a start that hangs, too.
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    resolve();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
});

try {
  const product = await startStandalone({ settings: parseSettings(process.env), documentationRoot: REPOSITORY });
  await told;
  await product.stop();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
