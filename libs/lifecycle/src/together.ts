export interface TogetherOptions<Item, Result> {
  /** The results stand in the order of the items; bounded in time by itself. */
  readonly run: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** Most items of one run. */
  readonly most: number;
}

interface Asked<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Does for many in one round trip what each would do by itself: one run at a time, and whoever asks meanwhile is part of
 * the next. Who is alone waits for nobody. What waits is bounded by the requests in hand, each of which waits here once.
 */
export class Together<Item, Result> {
  #waiting: Asked<Item, Result>[] = [];
  #running = false;

  constructor(private readonly options: TogetherOptions<Item, Result>) {}

  /** @throws what `run` rejects with, as do all that were part of it */
  ask(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#running) void this.#runAll();
    });
  }

  async #runAll(): Promise<void> {
    this.#running = true;
    // Those that ask in the same turn of the event loop go together already the first time.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.options.most);
      try {
        const results = await this.options.run(batch.map(({ item }) => item));
        if (results.length !== batch.length) throw new Error(`${batch.length} asked, ${results.length} were answered`);
        results.forEach((result, index) => batch[index]?.resolve(result));
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#running = false;
  }
}
