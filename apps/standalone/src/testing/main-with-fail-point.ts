import { parseSettings } from '#libs/settings';
import type { FailPoint } from '../../../command-api/src/write-side/fail-point.js';
import { startStandalone } from '../start-standalone.js';

/** The step at which this process dies; never a setting of the product. */
const diesAt = process.env['DIES_AT'];

/** As dead as by a power cut: nothing after this runs, no answer is sent, no connection is closed in order. */
const failPoint: FailPoint = (step) => {
  if (step === diesAt) process.kill(process.pid, 'SIGKILL');
};

/** The product, but for a fail-point. Nothing starts this but the tests of crashes. */
const { signal } = new AbortController();
await startStandalone({ settings: parseSettings(process.env), documentationRoot: process.cwd(), signal, failPoint });
