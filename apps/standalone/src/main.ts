import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { aborted, runUntilTold } from '#libs/lifecycle';
import { parseSettings } from '#libs/settings';
import { assertKeyringKept } from './assert-keyring-kept.js';
import { startStandalone } from './start-standalone.js';

/** The compiled file lies in `dist/apps/standalone/src` below the repository. */
const REPOSITORY = dirname(fileURLToPath(new URL('../../../', import.meta.url)));

await runUntilTold(async (signal) => {
  const settings = parseSettings(process.env);
  assertKeyringKept(settings);
  const product = await startStandalone({ settings, documentationRoot: REPOSITORY, signal });
  if (product === null) return;
  await aborted(signal);
  await product.stop();
});
