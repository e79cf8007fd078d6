export interface UnknownLineagesOptions {
  /** How many to remember at most; past it the one added first is forgotten. */
  readonly capacity: number;
  readonly rememberForMs: number;
  /** Milliseconds, from a clock that never runs backwards. */
  readonly monotonic: () => number;
}

/**
 * Lineages that the event store was asked for and did not have, so that made-up ids cost it one read each. A lineage must
 * be dropped by its first event; the time limit is for a store that was not asked well, not for that.
 */
export class UnknownLineages {
  /** In the order of their ends, for all are remembered equally long. */
  readonly #ends = new Map<string, number>();

  constructor(private readonly options: UnknownLineagesOptions) {}

  has(lineage: string): boolean {
    const end = this.#ends.get(lineage);
    if (end === undefined) return false;
    if (this.options.monotonic() < end) return true;
    this.#ends.delete(lineage);
    return false;
  }

  add(lineage: string): void {
    const { capacity, rememberForMs, monotonic } = this.options;
    this.#ends.delete(lineage);
    this.#ends.set(lineage, monotonic() + rememberForMs);
    if (this.#ends.size <= capacity) return;
    for (const first of this.#ends.keys()) {
      this.#ends.delete(first);
      return;
    }
  }

  delete(lineage: string): void {
    this.#ends.delete(lineage);
  }

  clear(): void {
    this.#ends.clear();
  }
}
