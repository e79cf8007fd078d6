import { BoundedLru } from '#libs/bounded-lru';

export interface RateLimiterOptions {
  /** How many a second each name may have; 0: no limit. */
  readonly rps: number;
  /** How many at once, default twice as many. */
  readonly burst?: number;
  /** How many names to remember, default 100,000; one that is forgotten starts full again. */
  readonly capacity?: number;
  /** Milliseconds, from a clock that never runs backwards. */
  readonly monotonic: () => number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** A token bucket for each of many names, in bounded memory. */
export class RateLimiter {
  readonly #buckets: BoundedLru<string, Bucket>;
  readonly #burst: number;

  constructor(private readonly options: RateLimiterOptions) {
    this.#buckets = new BoundedLru(options.capacity ?? 100_000);
    this.#burst = options.burst ?? 2 * options.rps;
  }

  /** Takes one; 0 where there was one, else the seconds until there will be (more than 0). */
  take(name: string): number {
    const { rps, monotonic } = this.options;
    if (rps === 0) return 0;
    const now = monotonic();
    let bucket = this.#buckets.get(name);
    if (bucket === undefined) {
      bucket = { tokens: this.#burst, at: now };
      this.#buckets.set(name, bucket);
    }
    bucket.tokens = Math.min(this.#burst, bucket.tokens + ((now - bucket.at) / 1_000) * rps);
    bucket.at = now;
    if (bucket.tokens < 1) return (1 - bucket.tokens) / rps;
    bucket.tokens -= 1;
    return 0;
  }
}
