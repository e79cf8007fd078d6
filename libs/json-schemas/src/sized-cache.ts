export interface CacheBounds {
  readonly mostEntries: number;
  /** Of all sizes together; the newest stays whatever its size. */
  readonly mostSize: number;
}

/** What was of use lately, bounded by number and by size; what was used least recently goes. */
export class SizedCache<Value> {
  readonly #entries = new Map<string, { readonly value: Value; readonly size: number }>();
  #size = 0;

  constructor(private readonly bounds: CacheBounds) {}

  get(key: string): Value | undefined {
    const found = this.#entries.get(key);
    if (found === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, found);
    return found.value;
  }

  set(key: string, value: Value, size: number): void {
    this.#remove(key);
    this.#entries.set(key, { value, size });
    this.#size += size;
    for (const oldest of this.#entries.keys()) {
      const { mostEntries, mostSize } = this.bounds;
      if (oldest === key || (this.#entries.size <= mostEntries && this.#size <= mostSize)) return;
      this.#remove(oldest);
    }
  }

  #remove(key: string): void {
    this.#size -= this.#entries.get(key)?.size ?? 0;
    this.#entries.delete(key);
  }
}
