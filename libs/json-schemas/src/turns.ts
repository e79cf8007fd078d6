export interface TurnBounds {
  readonly perOrganization: number;
  readonly total: number;
}

/** What waits, bounded, and given out turn by turn between organizations: one that asks much waits for itself alone. */
export class Turns<Item> {
  readonly #waiting = new Map<string, Item[]>();
  #total = 0;

  constructor(private readonly bounds: TurnBounds) {}

  /** False where there is no more room. */
  add(orgId: string, item: Item): boolean {
    const own = this.#waiting.get(orgId) ?? [];
    if (own.length >= this.bounds.perOrganization || this.#total >= this.bounds.total) return false;
    own.push(item);
    this.#waiting.set(orgId, own);
    this.#total++;
    return true;
  }

  /** The oldest of the organization whose turn it is. */
  take(): Item | undefined {
    for (const [orgId, own] of this.#waiting) {
      const item = own.shift();
      // To the end, behind all others that wait.
      this.#waiting.delete(orgId);
      if (own.length > 0) this.#waiting.set(orgId, own);
      this.#total--;
      return item;
    }
    return undefined;
  }
}
