/**
 * Knows what has not come yet. Each event that an endpoint is sent has the next number, but they are sent side by side and
 * some are tried again later, so a gap is no loss by itself: most are filled within seconds.
 */
export class SequenceWatch {
  /** Everything up to here has come; null before the first. */
  #upTo: number | null = null;
  /** What has come from further ahead. */
  readonly #ahead = new Set<number>();

  /** The first number that comes is where watching begins. */
  came(sequence: number): void {
    this.#upTo ??= sequence - 1;
    if (sequence <= this.#upTo) return;
    this.#ahead.add(sequence);
    while (this.#ahead.delete(this.#upTo + 1)) this.#upTo++;
  }

  /** The numbers that are missing, ascending, as ranges with both ends in them. */
  get missing(): readonly (readonly [number, number])[] {
    let before = this.#upTo ?? 0;
    const ranges: (readonly [number, number])[] = [];
    for (const sequence of [...this.#ahead].sort((one, other) => one - other)) {
      if (sequence > before + 1) ranges.push([before + 1, sequence - 1]);
      before = sequence;
    }
    return ranges;
  }
}
