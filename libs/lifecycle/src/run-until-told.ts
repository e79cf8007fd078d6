/** A stop finishes what is in hand; one that hangs is cut short, for nothing half done can stay. */
const STOP_WITHIN_MS = 9_000;

/**
 * The whole life of a process: the work is told by its signal that SIGTERM or SIGINT came, and has 9 s from then on.
 * What it throws becomes one message on standard error and exit code 1.
 */
export async function runUntilTold(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stopping = new AbortController();
  const stop = (): void => {
    if (stopping.signal.aborted) return;
    // From the signal on, so that it holds for a start that hangs, too.
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    stopping.abort();
  };
  // Again and again: a Ctrl-C under npm comes twice, and the second must not end what the first lets finish.
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  try {
    await work(stopping.signal);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
