export interface TokenBucketsOptions {
  /** How much each bucket regains in a second. */
  readonly perSecond: number;
  /** How much each bucket holds. */
  readonly burst: number;
  /** Milliseconds, from a clock that never runs backwards. */
  readonly clock: () => number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** Past this many the first one made is forgotten, which is the same as full: memory stays bounded. */
const MOST_BUCKETS = 100_000;

/** A rate limit for each of many names: a bucket that refills steadily. */
export class TokenBuckets {
  readonly #buckets = new Map<string, Bucket>();

  constructor(private readonly options: TokenBucketsOptions) {}

  /** Takes one token; 0 where there was one, else the seconds until there will be. */
  take(name: string): number {
    const { perSecond, burst, clock } = this.options;
    const now = clock();
    const bucket = this.#buckets.get(name) ?? this.#begin(name, now);
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1_000) * perSecond);
    bucket.at = now;
    if (bucket.tokens < 1) return (1 - bucket.tokens) / perSecond;
    bucket.tokens -= 1;
    return 0;
  }

  #begin(name: string, at: number): Bucket {
    const bucket = { tokens: this.options.burst, at };
    this.#buckets.set(name, bucket);
    if (this.#buckets.size > MOST_BUCKETS) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    return bucket;
  }
}
