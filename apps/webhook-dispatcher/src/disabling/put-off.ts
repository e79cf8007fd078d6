import { Backoff } from '#libs/lifecycle';

const FIRST_MS = 2_000;
const LONGEST_MS = 600_000;
/** The one that was put off first is forgotten then, and tried once more. */
const MOST = 1_000;

/** What did not work and is left alone for a while, longer each time. */
export class PutOff {
  readonly #byId = new Map<string, { readonly backoff: Backoff; until: number }>();

  /** @param monotonic milliseconds of a clock that only goes forward */
  constructor(private readonly monotonic: () => number) {}

  /** @returns for how long, milliseconds */
  add(id: string): number {
    const { backoff } = this.#byId.get(id) ?? { backoff: new Backoff({ firstMs: FIRST_MS, longestMs: LONGEST_MS }) };
    const pauseMs = backoff.failed();
    this.#byId.delete(id);
    this.#byId.set(id, { backoff, until: this.monotonic() + pauseMs });
    const [oldest] = this.#byId.keys();
    if (this.#byId.size > MOST && oldest !== undefined) this.#byId.delete(oldest);
    return pauseMs;
  }

  forget(id: string): void {
    this.#byId.delete(id);
  }

  /** Those whose time has not come. */
  now(): readonly string[] {
    const now = this.monotonic();
    return [...this.#byId].filter(([, { until }]) => until > now).map(([id]) => id);
  }
}
