import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '#libs/observability';

/** Below the 9 s after which the process is cut short, so that what is late is said. */
const WITHIN_MS = 8_700;
/** Kept back for each part that still waits for its turn. */
const KEPT_BACK_MS = 300;

/**
 * What has to be let go at the end, in the opposite order of its making. One that fails does not keep the others, and
 * neither does one that hangs: it may take what is left of the time but a little for each of those after it.
 */
export class Closing {
  readonly #steps: { readonly name: string; readonly close: () => Promise<void> }[] = [];

  constructor(private readonly logger: Logger) {}

  add(name: string, close: () => Promise<void>): void {
    this.#steps.push({ name, close });
  }

  /** Ends within that time, milliseconds; what was late then goes on by itself for as long as the process lives. */
  async run(withinMs = WITHIN_MS): Promise<void> {
    const deadline = performance.now() + withinMs;
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      const { name, close } = step;
      const share = Math.max(0, deadline - performance.now() - KEPT_BACK_MS * this.#steps.length);
      const waiting = new AbortController();
      const late = delay(share, 'late' as const, { signal: waiting.signal }).catch(() => null);
      // Also caught when it fails after its time.
      const closed = this.#closed(name, close);
      if ((await Promise.race([closed, late])) === 'late')
        this.logger.error({ part: name, waitedMs: Math.round(share) }, 'a part did not stop in time');
      waiting.abort();
    }
  }

  async #closed(part: string, close: () => Promise<void>): Promise<void> {
    try {
      await close();
    } catch (error) {
      this.logger.error({ part, err: error }, 'a part did not stop cleanly');
    }
  }
}
