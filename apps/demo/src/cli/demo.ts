import { isError } from '#libs/errors';
import { DemoApi } from '../demo-api.js';
import { demoArguments } from '../demo-arguments.js';
import { demo } from '../demo.js';
import { ProgressDisplay } from '../progress-display.js';

/** `npm run demo -- [--minutes N] [--jobs N]`: ends by itself, or in order at Ctrl-C. */
const stop = new AbortController();
// npm passes a Ctrl-C on that the terminal has sent to us already, so a second signal means nothing new.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());
try {
  const chosen = demoArguments(process.argv.slice(2));
  const api = await DemoApi.fromEnvironment(process.env);
  await demo({ ...chosen, api, random: Math.random, display: new ProgressDisplay(process.stdout), stop: stop.signal });
} catch (error) {
  console.error(`demo: ${isError(error) ? error.message : String(error)}`);
  process.exitCode = 1;
}
