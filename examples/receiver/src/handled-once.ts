/**
 * Sees to it that what comes twice is done once: Keyledger sends at least once, so an answer that got lost brings the event
 * again, with the same `webhook-id`. This one forgets what is long past and whatever was before it started; where your work
 * writes to a database, insert the id there under a unique key, in the transaction that does the work.
 */
export class HandledOnce {
  readonly #most: number;
  readonly #byId = new Map<string, Promise<void>>();

  /** @param most how many ids are remembered */
  constructor(most: number) {
    this.#most = most;
  }

  /** Whether it was done now; false where it has been before. Fails as the work does, and may then be asked again. */
  async run(id: string, work: () => Promise<void>): Promise<boolean> {
    const before = this.#byId.get(id);
    if (before !== undefined) {
      // Both may come at the same moment: the second one may not be answered before the work is done.
      await before;
      return false;
    }
    const working = work();
    this.#byId.set(id, working);
    const [oldest] = this.#byId.keys();
    if (this.#byId.size > this.#most && oldest !== undefined) this.#byId.delete(oldest);
    try {
      await working;
      return true;
    } catch (error) {
      this.#byId.delete(id);
      throw error;
    }
  }
}
