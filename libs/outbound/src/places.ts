export interface PlaceBounds {
  readonly total: number;
  /** For one party, so that none can take them all. */
  readonly perParty: number;
}

interface Waiting {
  readonly signal: AbortSignal;
  readonly admit: (free: () => void) => void;
}

/** A bounded number of things at once, given out turn by turn between parties: who wants many waits for itself alone. */
export class Places {
  readonly #taken = new Map<string, number>();
  readonly #waiting = new Map<string, Set<Waiting>>();
  #total = 0;

  constructor(private readonly bounds: PlaceBounds) {}

  /** A place, to be given back by calling what it resolves to, once. @throws what the signal was aborted with */
  take(party: string, signal: AbortSignal): Promise<() => void> | (() => void) {
    signal.throwIfAborted();
    return this.#hasRoom(party) ? this.#occupy(party) : this.#wait(party, signal);
  }

  #wait(party: string, signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const own = this.#waiting.get(party) ?? new Set<Waiting>();
      this.#waiting.set(party, own);
      const giveUp = (): void => {
        own.delete(waiting);
        if (own.size === 0 && this.#waiting.get(party) === own) this.#waiting.delete(party);
        reject(signal.reason as Error);
      };
      const waiting: Waiting = {
        signal,
        admit: (free) => {
          signal.removeEventListener('abort', giveUp);
          resolve(free);
        },
      };
      own.add(waiting);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  #hasRoom(party: string): boolean {
    return this.#total < this.bounds.total && (this.#taken.get(party) ?? 0) < this.bounds.perParty;
  }

  #occupy(party: string): () => void {
    this.#total++;
    this.#taken.set(party, (this.#taken.get(party) ?? 0) + 1);
    return () => this.#free(party);
  }

  #free(party: string): void {
    this.#total--;
    const left = (this.#taken.get(party) ?? 1) - 1;
    if (left === 0) this.#taken.delete(party);
    else this.#taken.set(party, left);
    for (const [next, own] of this.#waiting) {
      if (!this.#hasRoom(next)) continue;
      const [first] = own;
      // To the end, behind all others that wait.
      this.#waiting.delete(next);
      if (first === undefined) continue;
      own.delete(first);
      if (own.size > 0) this.#waiting.set(next, own);
      first.admit(this.#occupy(next));
      return;
    }
  }
}
