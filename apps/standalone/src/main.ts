import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSettings } from '#libs/settings';
import { startStandalone } from './start-standalone.js';

/** A stop finishes what is in hand; one that hangs is cut short, for nothing half done can stay. */
const STOP_WITHIN_MS = 9_000;

/** The compiled file lies in `dist/apps/standalone/src` below the repository. */
const REPOSITORY = dirname(fileURLToPath(new URL('../../../', import.meta.url)));

const stopped = new Promise<void>((resolve) => {
  process.once('SIGTERM', resolve);
  process.once('SIGINT', resolve);
});

try {
  const starting = startStandalone({ settings: parseSettings(process.env), documentationRoot: REPOSITORY });
  await Promise.race([starting, stopped]);
  const product = await starting;
  await stopped;
  setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
  await product.stop();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
