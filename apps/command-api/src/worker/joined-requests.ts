/**
 * Requests that are the same one sent again while the first is still being answered: they share its answer, so that
 * nobody is given the work twice. On this node alone; elsewhere a repeated request finds what the first was given.
 */
export class JoinedRequests<T> {
  readonly #inHand = new Map<string, Promise<readonly T[]>>();

  /** What the first of them got; where that is nothing, whoever joined it asks for itself, one after another. */
  async run(key: string, ask: () => Promise<readonly T[]>): Promise<readonly T[]> {
    for (let first = this.#inHand.get(key); first !== undefined; first = this.#inHand.get(key)) {
      const got = await first.catch(() => []);
      if (got.length > 0) return got;
    }
    const asked = ask();
    this.#inHand.set(key, asked);
    try {
      return await asked;
    } finally {
      this.#inHand.delete(key);
    }
  }
}
