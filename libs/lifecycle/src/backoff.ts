import { setTimeout as delay } from 'node:timers/promises';

export interface BackoffOptions {
  /** The pause after a first failure, milliseconds; each further one doubles it. */
  readonly firstMs: number;
  /** Milliseconds. */
  readonly longestMs: number;
  /**
   * The share of each pause, 0 to 1, that chance takes off, so that those who failed together do not all come back
   * together; default 0.2. All of it, 1, is for losers of a race, who gain nothing by waiting long.
   */
  readonly jitter?: number;
}

const JITTER = 0.2;

/** How long to pause between attempts at what fails: longer each time, up to a bound, anew after a success. */
export class Backoff {
  #failures = 0;

  constructor(
    private readonly options: BackoffOptions,
    private readonly random: () => number = Math.random,
  ) {}

  /** Failures since the last success. */
  get failures(): number {
    return this.#failures;
  }

  /** One more failure. @returns the pause that it takes, whole milliseconds, for the log line that says so */
  failed(): number {
    const { firstMs, longestMs, jitter = JITTER } = this.options;
    const whole = Math.min(firstMs * 2 ** this.#failures++, longestMs);
    return Math.round(whole * (1 - jitter * this.random()));
  }

  succeeded(): void {
    this.#failures = 0;
  }
}

/** Ends early, and without an error, once the signal fires. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => undefined);
}
