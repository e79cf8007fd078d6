import { DatabaseUnavailable } from '#libs/postgres';

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

export interface GroupCommitOptions<Item, Result> {
  /** One round trip for many items of one organization; answers in their order. */
  readonly commit: (orgId: string, items: readonly Item[]) => Promise<readonly Result[]>;
  /** Items with equal identity never share a batch. */
  readonly identity: (item: Item) => string;
  readonly mostPerBatch: number;
  /** How many may wait in all before `DatabaseUnavailable`. */
  readonly mostWaiting: number;
}

/**
 * Joins what arrives while a round trip is under way into the next one, per organization (a transaction sees one
 * organization only). No timer: a lone item goes at once, batches grow only under load.
 */
export class GroupCommit<Item, Result> {
  readonly #queues = new Map<string, Waiting<Item, Result>[]>();
  #waiting = 0;

  constructor(private readonly options: GroupCommitOptions<Item, Result>) {}

  /** @throws DatabaseUnavailable when too many wait, and whatever `commit` throws for the batch it was in */
  submit(orgId: string, item: Item): Promise<Result> {
    if (this.#waiting >= this.options.mostWaiting) {
      return Promise.reject(new DatabaseUnavailable(`${this.#waiting} requests wait for the database already`));
    }
    this.#waiting++;
    return new Promise((resolve, reject) => {
      const waiting = { item, resolve, reject };
      const queue = this.#queues.get(orgId);
      if (queue === undefined) {
        this.#queues.set(orgId, [waiting]);
        void this.#drain(orgId);
      } else {
        queue.push(waiting);
      }
    });
  }

  async #drain(orgId: string): Promise<void> {
    for (
      let queue = this.#queues.get(orgId);
      queue !== undefined && queue.length > 0;
      queue = this.#queues.get(orgId)
    ) {
      const batch = this.#next(queue);
      this.#queues.set(
        orgId,
        queue.filter((waiting) => !batch.includes(waiting)),
      );
      await this.#commit(orgId, batch);
    }
    this.#queues.delete(orgId);
  }

  #next(queue: readonly Waiting<Item, Result>[]): readonly Waiting<Item, Result>[] {
    const batch = new Map<string, Waiting<Item, Result>>();
    for (const waiting of queue) {
      const identity = this.options.identity(waiting.item);
      if (!batch.has(identity)) batch.set(identity, waiting);
      if (batch.size === this.options.mostPerBatch) break;
    }
    return [...batch.values()];
  }

  async #commit(orgId: string, batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.options.commit(
        orgId,
        batch.map(({ item }) => item),
      );
      batch.forEach(({ resolve, reject }, index) => {
        const result = results[index];
        if (result === undefined) reject(new Error('a batch answered fewer results than it had items'));
        else resolve(result);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      this.#waiting -= batch.length;
    }
  }
}
