import { EventStoreUnavailable, type EventStore, type LogPage, type Position } from '#libs/event-store';
import { Backoff, pause } from '#libs/lifecycle';
import { DatabaseUnavailable } from '#libs/postgres';
import { gathered } from './gathered.js';
import { mayPass } from './may-pass.js';
import type { Ownership } from './ownership.js';
import { PRODUCT_PREFIXES } from './product-prefixes.js';
import { folds, type Projection } from './projection.js';
import { putOff } from './put-off.js';
import { readAhead } from './read-ahead.js';

/** What an owner does with the log, from one interruption to the next. */
export interface OwnersWork {
  /** The log goes on behind it. */
  readonly checkpoint: Position;
  /** Whether that was all there is to do. */
  take(page: LogPage): Promise<boolean>;
  /** Lets go of what it holds beside the ownership. */
  end?(): Promise<void>;
}

export interface Owner {
  /** Null: there is nothing to do, or another process does it. */
  acquire(): Promise<Ownership | null>;
  /** Finds out where to go on. Null: nothing is left to do. */
  begin(ownership: Ownership): Promise<OwnersWork | null>;
  /** Told of what may pass; it begins anew after so many milliseconds. */
  interrupted(error: unknown, backoffMs: number): void;
  /** Told of what waiting does not mend; it was the end. */
  giveUp(error: unknown): Promise<void> | void;
}

export interface OwnerLoopOptions {
  readonly owner: Owner;
  readonly eventStore: EventStore;
  /** Places of the log in one page, default 5,000; while one page is written, the next is read. */
  readonly pageSize?: number | undefined;
  /**
   * Where events come as they happen: they are taken a few at a time (see `gathered`), those that the projection has no
   * part in a tenth of a second at a time (see `putOff`).
   */
  readonly paced?: Pick<Projection, 'streams'>;
  /** Ends it after the page in hand. */
  readonly signal: AbortSignal;
}

const PAGE_SIZE = 5_000;

/**
 * Hands the log to the owner of a generation, page after page, and outlives outages of the event store and of Postgres,
 * after which it begins again from what is stored. Never throws but what `giveUp` does.
 */
export class OwnerLoop {
  readonly #backoff = new Backoff({ firstMs: 100, longestMs: 5_000 });

  constructor(private readonly options: OwnerLoopOptions) {}

  /** Until nothing is left to do, the owner gave up, or the signal fires. */
  async run(): Promise<void> {
    const { owner, signal } = this.options;
    while (!signal.aborted) {
      try {
        return await this.#own();
      } catch (error) {
        // What was not finished because of the stop is no failure: the next owner does it.
        if (signal.aborted) return;
        if (!mayPass(error)) return await owner.giveUp(error);
        const backoffMs = this.#backoff.failed();
        owner.interrupted(error, backoffMs);
        await pause(backoffMs, signal);
      }
    }
  }

  async #own(): Promise<void> {
    const { owner } = this.options;
    const ownership = await owner.acquire();
    if (ownership === null) return;
    try {
      const work = await owner.begin(ownership);
      if (work !== null) await this.#follow(work, ownership);
    } finally {
      ownership.release();
    }
  }

  async #follow(work: OwnersWork, ownership: Ownership): Promise<void> {
    const { eventStore, pageSize = PAGE_SIZE, paced, signal } = this.options;
    const log = { after: work.checkpoint, prefixes: PRODUCT_PREFIXES, limit: pageSize, signal };
    const read = eventStore.subscribe(log);
    const pages = paced === undefined ? read : putOff(gathered(read), ({ stream }) => folds(paced, stream));
    try {
      for await (const page of readAhead(pages)) {
        if (ownership.lost) throw new DatabaseUnavailable('the session that owned the projection is gone');
        const isDone = await work.take(page);
        this.#backoff.succeeded();
        if (isDone || signal.aborted) return;
      }
      if (!signal.aborted) throw new EventStoreUnavailable('the subscription ended by itself');
    } finally {
      await work.end?.();
    }
  }
}
