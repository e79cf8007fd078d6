import type pg from 'pg';
import { API_KEY_STREAM_PREFIX, parseApiKeyEvent } from '#libs/domain';
import type { Projection, SequencedEvent } from '#libs/projections';
import { KeyPageFold } from './key-page-fold.js';
import { LineageCache, type ProjectedLineage } from './lineage-cache.js';
import { loadLineages } from './load-lineages.js';
import { writeKeys } from './write-keys.js';

/** About a kilobyte each. */
const MOST_CACHED_KEYS = 20_000;

/**
 * Which keys are there? Folds every lineage with the domain's own fold, onto the state that the page before left. What
 * happened to each key is read from the audit log's rows (`getApiKeyHistory`).
 */
export class ApiKeysProjection implements Projection {
  readonly name = 'api-keys';
  readonly version = 1;
  readonly #cache: LineageCache;

  constructor(mostCachedKeys = MOST_CACHED_KEYS) {
    this.#cache = new LineageCache(mostCachedKeys);
  }

  async handle(page: readonly SequencedEvent[], transaction: pg.ClientBase): Promise<void> {
    const own = page.filter(({ event }) => event.stream.startsWith(API_KEY_STREAM_PREFIX));
    if (own.length === 0) return;
    const fold = new KeyPageFold(await this.#lineages(own, transaction));
    for (const { event, seq } of own) fold.apply(lineageIn(event.stream), parseApiKeyEvent(event), seq);
    await writeKeys(transaction, fold.changed);
    for (const [lineage, projected] of fold.touched()) this.#cache.set(lineage, projected);
  }

  /** The cache may hold what was never committed, or lack what another process has. */
  rolledBack(): void {
    this.#cache.clear();
  }

  async #lineages(page: readonly SequencedEvent[], transaction: pg.ClientBase): Promise<Map<string, ProjectedLineage>> {
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
    for (const [lineage, loaded] of await loadLineages(transaction, [...missing])) known.set(lineage, loaded);
    return known;
  }
}

function lineageIn(stream: string): string {
  return stream.slice(API_KEY_STREAM_PREFIX.length);
}
