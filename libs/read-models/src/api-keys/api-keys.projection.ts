import type pg from 'pg';
import { API_KEY_STREAM_PREFIX, parseApiKeyEvent } from '#libs/domain';
import type { Projection, SequencedEvent } from '#libs/projections';
import { KeyPageFold } from './key-page-fold.js';
import { KnownLineages, lineageIn } from './known-lineages.js';
import { loadLineages } from './load-lineages.js';
import { writeKeys } from './write-keys.js';

/**
 * Which keys are there? Folds every lineage with the domain's own fold, onto the state that the page before left. How
 * each key stood before is `ApiKeyHistoryProjection`'s to keep.
 */
export class ApiKeysProjection implements Projection {
  readonly name = 'api-keys';
  readonly version = 1;
  readonly streams = [API_KEY_STREAM_PREFIX];
  readonly #lineages: KnownLineages;

  constructor(mostCachedKeys?: number) {
    this.#lineages = new KnownLineages(loadLineages, mostCachedKeys);
  }

  async handle(page: readonly SequencedEvent[], transaction: pg.ClientBase): Promise<void> {
    const fold = new KeyPageFold(await this.#lineages.of(page, transaction));
    for (const { event, seq } of page) fold.apply(lineageIn(event.stream), parseApiKeyEvent(event), seq);
    await writeKeys(transaction, fold.changed);
    this.#lineages.keep(fold);
  }

  rolledBack(): void {
    this.#lineages.clear();
  }
}
