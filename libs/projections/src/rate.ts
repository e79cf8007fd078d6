const FORGETS_IN_MS = 10_000;

/** Events a second over the last moments: an average in which what is ten seconds old counts for a third. */
export class Rate {
  #perSecond = 0;
  #at: number;

  constructor(private readonly monotonic: () => number) {
    this.#at = monotonic();
  }

  add(events: number): void {
    this.#decay();
    this.#perSecond += events / (FORGETS_IN_MS / 1_000);
  }

  get perSecond(): number {
    this.#decay();
    return this.#perSecond;
  }

  #decay(): void {
    const now = this.monotonic();
    this.#perSecond *= Math.exp((this.#at - now) / FORGETS_IN_MS);
    this.#at = now;
  }
}
