import { DirectoryUnavailable } from './directory-unavailable.js';
import type { LineageEntry } from './lineage-entry.js';

export interface LineageReadsOptions {
  /** Folds the lineage's stream as it is in the event store now; null: there is none. */
  readonly read: (lineage: string) => Promise<LineageEntry | null>;
  /** Told in the same breath in which it is sure that no event of the lineage passed since the read began. */
  readonly install: (lineage: string, entry: LineageEntry | null) => void;
  /** Reads at once. */
  readonly concurrency: number;
  /** Reads that may wait; past it the answer is `DirectoryUnavailable`. */
  readonly queue: number;
}

const ATTEMPTS = 5;

/**
 * Reads of lineages that the directory does not hold: one at a time for each lineage, few at once, few waiting. What was
 * read while an event of the lineage passed by may or may not contain it, and is read again rather than trusted.
 */
export class LineageReads {
  readonly #flights = new Map<string, Promise<LineageEntry | null>>();
  readonly #passed = new Set<string>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(private readonly options: LineageReadsOptions) {}

  /**
   * Whoever asks during a read shares its answer.
   * @throws DirectoryUnavailable `overloaded`, `contended`, and what the read throws
   */
  async resolve(lineage: string): Promise<LineageEntry | null> {
    const flight = this.#flights.get(lineage);
    if (flight !== undefined) return flight;
    const { concurrency, queue } = this.options;
    if (this.#flights.size >= concurrency + queue) throw new DirectoryUnavailable('overloaded');
    const answer = this.#fly(lineage);
    this.#flights.set(lineage, answer);
    return answer;
  }

  /** An event of the lineage passed by, by the subscription or by a command of this node. */
  eventPassed(lineage: string): void {
    if (this.#flights.has(lineage)) this.#passed.add(lineage);
  }

  async #fly(lineage: string): Promise<LineageEntry | null> {
    await this.#slot();
    try {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        this.#passed.delete(lineage);
        const entry = await this.options.read(lineage);
        if (this.#passed.has(lineage)) continue;
        this.options.install(lineage, entry);
        return entry;
      }
      throw new DirectoryUnavailable('contended');
    } finally {
      this.#flights.delete(lineage);
      this.#passed.delete(lineage);
      this.#freeSlot();
    }
  }

  async #slot(): Promise<void> {
    if (this.#running < this.options.concurrency) {
      this.#running += 1;
      return;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Hands the slot to who waits first. */
  #freeSlot(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#running -= 1;
    else next();
  }
}
