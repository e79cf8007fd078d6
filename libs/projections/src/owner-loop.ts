import { EventStoreUnavailable, type Position } from '#libs/event-store';
import { Backoff, pause } from '#libs/lifecycle';
import { DatabaseUnavailable } from '#libs/postgres';
import { mayPass } from './may-pass.js';
import type { OwnedWork, Ownership } from './ownership.js';

/** What an owner does with the log, from one interruption to the next. */
export interface OwnersWork<Page> {
  /** The log goes on behind it. */
  readonly checkpoint: Position;
  /** Whether that was all there is to do. */
  take(page: Page): Promise<boolean>;
  /** Lets go of what it holds beside the ownership. */
  end?(): Promise<void>;
}

export interface Owner<Page, Work extends OwnedWork> {
  /** Null: there is nothing to do, or another process does it. */
  acquire(): Promise<Ownership<Work> | null>;
  /** Finds out where to go on. Null: nothing is left to do. */
  begin(ownership: Ownership<Work>): Promise<OwnersWork<Page> | null>;
  /** Told of what may pass; it begins anew after so many milliseconds. */
  interrupted(error: unknown, backoffMs: number): void;
  /** Told of what waiting does not mend; it was the end. */
  giveUp(error: unknown): Promise<void> | void;
}

export interface OwnerLoopOptions<Page, Work extends OwnedWork> {
  readonly owner: Owner<Page, Work>;
  /** What comes behind a checkpoint, page after page and for ever; it ends with the signal alone. */
  readonly pages: (after: Position, signal: AbortSignal) => AsyncIterable<Page>;
  /** Ends it after the page in hand. */
  readonly signal: AbortSignal;
}

/**
 * Hands the log to the owner of a work, page after page, and outlives outages of the event store and of Postgres,
 * after which it begins again from what is stored. Never throws but what `giveUp` does.
 */
export class OwnerLoop<Page, Work extends OwnedWork> {
  readonly #backoff = new Backoff({ firstMs: 100, longestMs: 5_000 });

  constructor(private readonly options: OwnerLoopOptions<Page, Work>) {}

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

  async #follow(work: OwnersWork<Page>, ownership: Ownership<Work>): Promise<void> {
    const { pages, signal } = this.options;
    try {
      for await (const page of pages(work.checkpoint, signal)) {
        if (ownership.lost) throw new DatabaseUnavailable('the session that owned the work is gone');
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
