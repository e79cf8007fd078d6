import type pg from 'pg';
import { BoundedLru } from '#libs/bounded-lru';
import { API_KEY_STREAM_PREFIX, type KeyState } from '#libs/domain';
import type { SequencedEvent } from '#libs/projections';
import type { KeyPageFold } from './key-page-fold.js';

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

/** Reads lineages back as they were projected last, all at once; those that have no key yet are not among them. */
export type LoadLineages = (
  transaction: pg.ClientBase,
  lineages: readonly string[],
) => Promise<ReadonlyMap<string, ProjectedLineage>>;

/** About a kilobyte each; of keys, not of lineages, for one lineage may have a thousand. */
const MOST_CACHED_KEYS = 20_000;

/** The lineages that a page's events go on from: remembered from the pages before, else read back. */
export class KnownLineages {
  readonly #cache: BoundedLru<string, ProjectedLineage>;

  constructor(
    private readonly load: LoadLineages,
    mostCachedKeys = MOST_CACHED_KEYS,
  ) {
    this.#cache = new BoundedLru(mostCachedKeys);
  }

  async of(page: readonly SequencedEvent[], transaction: pg.ClientBase): Promise<Map<string, ProjectedLineage>> {
    const known = new Map<string, ProjectedLineage>();
    const missing = new Set<string>();
    for (const { event } of page) {
      const lineage = lineageIn(event.stream);
      const cached = this.#cache.get(lineage);
      if (cached !== undefined) known.set(lineage, cached);
      else missing.add(lineage);
    }
    // The first event of a stream says that there is nothing to load.
    for (const { event } of page) if (event.revision === 0) missing.delete(lineageIn(event.stream));
    if (missing.size === 0) return known;
    for (const [lineage, loaded] of await this.load(transaction, [...missing])) known.set(lineage, loaded);
    return known;
  }

  /** Remembers what a page left. */
  keep(fold: KeyPageFold): void {
    for (const [lineage, projected] of fold.touched()) this.#cache.set(lineage, projected, projected.keys.length);
  }

  /** It may hold what was never committed, or lack what another process has. */
  clear(): void {
    this.#cache.clear();
  }
}

export function lineageIn(stream: string): string {
  return stream.slice(API_KEY_STREAM_PREFIX.length);
}
