import { apiKeyDecider, MalformedEvent, type ApiKeyEvent, type Recorded } from '#libs/domain';
import type { ListedKey, ProjectedLineage } from './known-lineages.js';

/** A key of a lineage as an event, or a whole page, left it. */
export interface ChangedKey extends ListedKey {
  readonly orgId: string;
  readonly lineage: string;
  /** Made by this page: it has no row yet. */
  readonly isNew: boolean;
}

/**
 * Folds the events of one page onto the lineages that they belong to, with the domain's own fold, and remembers which
 * keys the page changed, each once, as it left them.
 */
export class KeyPageFold {
  readonly #lineages: Map<string, ProjectedLineage>;
  readonly #changed = new Map<string, ChangedKey>();
  readonly #touched = new Set<string>();

  /** `lineages` as the pages before left them; one that is not among them is new. The map is the fold's from now on. */
  constructor(lineages: Map<string, ProjectedLineage>) {
    this.#lineages = lineages;
  }

  /** @returns the keys that the event made or changed, as it left them @throws MalformedEvent on one that cannot follow */
  apply(lineage: string, recorded: Recorded<ApiKeyEvent>, seq: number): readonly ChangedKey[] {
    const orgId = recorded.metadata.org_id;
    const known = this.#lineages.get(lineage) ?? { orgId, keys: [] };
    if (known.orgId !== orgId) throw new MalformedEvent(recorded.type, 'the lineage is of another organization');
    const before = { orgId: known.keys.length === 0 ? null : orgId, keys: known.keys.map(({ key }) => key) };
    const after = apiKeyDecider.evolve(before, recorded).keys;
    const changedNow: ChangedKey[] = [];
    const keys = after.map((key, index): ListedKey => {
      const listed = known.keys[index];
      // The fold hands on what it did not change, so that the same object is the same key.
      if (listed?.key === key) return listed;
      const isNew = listed === undefined || this.#changed.get(key.id)?.isNew === true;
      const changed = { key, createdSeq: listed?.createdSeq ?? seq, orgId, lineage, isNew };
      this.#changed.set(key.id, changed);
      changedNow.push(changed);
      return changed;
    });
    this.#lineages.set(lineage, { orgId, keys });
    this.#touched.add(lineage);
    return changedNow;
  }

  get changed(): readonly ChangedKey[] {
    return [...this.#changed.values()];
  }

  /** The lineages that events were applied to. */
  *touched(): Iterable<readonly [string, ProjectedLineage]> {
    for (const lineage of this.#touched) {
      const projected = this.#lineages.get(lineage);
      if (projected !== undefined) yield [lineage, projected];
    }
  }
}
