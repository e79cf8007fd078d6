/** A stop finishes what is in hand; one that hangs is cut short, for nothing half done can stay. */
const STOP_WITHIN_MS = 9_000;

/**
 * The whole life of a process: the work is told by its signal that SIGTERM or SIGINT came, and has 9 s from then on.
 * What it throws becomes one message on standard error and exit code 1.
 */
export async function runUntilTold(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stopping = new AbortController();
  const stop = (): void => {
    // From the signal on, so that it holds for a start that hangs, too.
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    stopping.abort();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  try {
    await work(stopping.signal);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
