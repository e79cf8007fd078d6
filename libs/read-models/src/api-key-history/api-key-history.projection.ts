import type pg from 'pg';
import { API_KEY_STREAM_PREFIX, parseApiKeyEvent } from '#libs/domain';
import type { Projection, SequencedEvent } from '#libs/projections';
import { KeyPageFold } from '../api-keys/key-page-fold.js';
import { KnownLineages, lineageIn } from '../api-keys/known-lineages.js';
import { HistoryPage } from './history-page.js';
import { loadPresentStates } from './load-present-states.js';
import { writeHistory } from './write-history.js';

/** How did each key stand at any time, and by which event? Keeps every state that the domain's own fold goes through. */
export class ApiKeyHistoryProjection implements Projection {
  readonly name = 'api-key-history';
  readonly version = 1;
  readonly streams = [API_KEY_STREAM_PREFIX];
  readonly #lineages: KnownLineages;

  constructor(mostCachedKeys?: number) {
    this.#lineages = new KnownLineages(loadPresentStates, mostCachedKeys);
  }

  async handle(page: readonly SequencedEvent[], transaction: pg.ClientBase): Promise<void> {
    const fold = new KeyPageFold(await this.#lineages.of(page, transaction));
    const history = new HistoryPage();
    for (const sequenced of page) {
      const recorded = parseApiKeyEvent(sequenced.event);
      history.add(sequenced, recorded, fold.apply(lineageIn(sequenced.event.stream), recorded, sequenced.seq));
    }
    await writeHistory(transaction, history);
    this.#lineages.keep(fold);
  }

  rolledBack(): void {
    this.#lineages.clear();
  }
}
