import type { LogPage } from '#libs/event-store';

/** An empty log still gives a sign of life every second; without three of them, nobody knows whether it is empty. */
const SILENCE_MS = 3_000;

export interface LagClock {
  /** Unix milliseconds. */
  now(): number;
  /** The clock of `LogPage.askedAt`. */
  monotonic(): number;
}

/**
 * How old the oldest event is that was not projected yet. While the log is out of reach, or nothing was heard of it yet,
 * the age of the last knowledge stands for it, so that the figure grows whenever something is wrong.
 */
export class ProjectionLag {
  /** Unix milliseconds: the oldest event not projected is this old; null when there was none at `#askedAt`. */
  #behindSince: number | null;
  #askedAt = 0;

  constructor(private readonly clock: LagClock) {
    this.#behindSince = clock.now();
  }

  /** The page was read and is about to be projected. */
  reading(page: LogPage): void {
    this.#behindSince = page.events[0]?.recordedAt ?? this.#behindSince;
  }

  /** The page is committed; what comes after it is no older than its last event. */
  projected(page: LogPage): void {
    this.#behindSince = page.caughtUp ? null : (page.events.at(-1)?.recordedAt ?? this.#behindSince);
    // A new subscription may know nothing yet; what was known before then goes on ageing.
    this.#askedAt = Math.max(this.#askedAt, page.askedAt);
  }

  get caughtUp(): boolean {
    return this.#behindSince === null && this.#silence() <= SILENCE_MS;
  }

  get seconds(): number {
    if (this.#behindSince !== null) return Math.max(0, this.clock.now() - this.#behindSince) / 1_000;
    return this.caughtUp ? 0 : this.#silence() / 1_000;
  }

  #silence(): number {
    return this.clock.monotonic() - this.#askedAt;
  }
}
