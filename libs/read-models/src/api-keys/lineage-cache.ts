import type { KeyState } from '#libs/domain';

/** A key and the number of the event that made it. */
export interface ListedKey {
  readonly key: KeyState;
  readonly createdSeq: number;
}

/** A lineage as far as it was projected, oldest key first. */
export interface ProjectedLineage {
  readonly orgId: string;
  readonly keys: readonly ListedKey[];
}

/**
 * Lineages that were folded lately, so that most pages need not read them back. Bounded by keys, not lineages, for one
 * lineage may have a thousand; the least recently folded go first.
 */
export class LineageCache {
  readonly #lineages = new Map<string, ProjectedLineage>();
  #keys = 0;

  constructor(private readonly mostKeys: number) {}

  get(lineage: string): ProjectedLineage | undefined {
    return this.#lineages.get(lineage);
  }

  set(lineage: string, projected: ProjectedLineage): void {
    this.#remove(lineage);
    this.#lineages.set(lineage, projected);
    this.#keys += projected.keys.length;
    if (this.#keys > this.mostKeys) this.#shrink();
  }

  /** A tenth at once: a map's first entry is found by walking over all that were removed ahead of it. */
  #shrink(): void {
    for (const oldest of this.#lineages.keys()) {
      if (this.#keys <= this.mostKeys * 0.9) return;
      this.#remove(oldest);
    }
  }

  clear(): void {
    this.#lineages.clear();
    this.#keys = 0;
  }

  #remove(lineage: string): void {
    this.#keys -= this.#lineages.get(lineage)?.keys.length ?? 0;
    this.#lineages.delete(lineage);
  }
}
