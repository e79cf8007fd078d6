import { apiKeyDecider, MalformedEvent, type ApiKeyEvent, type KeyState, type Recorded } from '#libs/domain';
import type { ListedKey, ProjectedLineage } from './lineage-cache.js';

/** A key of a lineage as one page left it. */
export interface ChangedKey extends ListedKey {
  readonly orgId: string;
  readonly lineage: string;
}

/**
 * Folds the events of one page onto the lineages that they belong to, with the domain's own fold, and remembers which
 * keys the page changed, each once, as it left them.
 */
export class KeyPageFold {
  readonly #lineages: Map<string, ProjectedLineage>;
  readonly #changed = new Map<string, ChangedKey>();
  readonly #touched = new Set<string>();

  /** `lineages` as the pages before left them; one that is not among them is new. */
  constructor(lineages: ReadonlyMap<string, ProjectedLineage>) {
    this.#lineages = new Map(lineages);
  }

  /** The keys that this event changed, as it left them. @throws MalformedEvent on one that cannot follow */
  apply(lineage: string, recorded: Recorded<ApiKeyEvent>, seq: number): readonly KeyState[] {
    const orgId = recorded.metadata.org_id;
    const known = this.#lineages.get(lineage) ?? { orgId, keys: [] };
    if (known.orgId !== orgId) throw new MalformedEvent(recorded.type, 'the lineage is of another organization');
    const before = { orgId: known.keys.length === 0 ? null : orgId, keys: known.keys.map(({ key }) => key) };
    const after = apiKeyDecider.evolve(before, recorded).keys;
    const keys = after.map((key, index): ListedKey => {
      const listed = known.keys[index];
      // The fold hands on what it did not change, so that the same object is the same key.
      if (listed?.key === key) return listed;
      const changed = { key, createdSeq: listed?.createdSeq ?? seq, orgId, lineage };
      this.#changed.set(key.id, changed);
      return changed;
    });
    this.#lineages.set(lineage, { orgId: known.orgId, keys });
    this.#touched.add(lineage);
    return after.filter((key, index) => known.keys[index]?.key !== key);
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
