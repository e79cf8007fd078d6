import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FailPoint } from '#libs/commands';
import { parseSettings } from '#libs/settings';
import { startStandalone } from '../start-standalone.js';

const settings = parseSettings(process.env);

/** The step at which this process dies, where its data directory has a file that names it. */
function diesAt(): string | null {
  try {
    return readFileSync(join(settings.dataDir, 'dies-at'), 'utf8');
  } catch {
    return null;
  }
}

/** As dead as by a power cut: nothing after this runs, no answer is sent, no connection is closed in order. */
const failPoint: FailPoint = (step) => {
  if (step === diesAt()) process.kill(process.pid, 'SIGKILL');
};

/** The product, but for a fail-point. Nothing starts this but the tests of crashes. */
const { signal } = new AbortController();
await startStandalone({ settings, documentationRoot: process.cwd(), signal, failPoint });
