import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '#libs/observability';

export interface WaitingLineOptions {
  /** Where the read model of jobs stands; compared by `movedOn` alone. */
  readonly mark: () => bigint;
  /** Resolves when the read model has moved on from the mark, and after `timeoutMs` at the latest. */
  readonly movedOn: (mark: bigint, timeoutMs: number, signal: AbortSignal) => Promise<unknown>;
  readonly logger: Logger;
  /** Most that may wait at once, default 10,000; one more is answered at once, with nothing. */
  readonly most?: number;
}

interface Waiter {
  readonly claim: () => Promise<readonly unknown[]>;
  readonly resolve: (got: readonly unknown[]) => void;
  readonly reject: (error: unknown) => void;
  /** Whether its time is up or its client gone, which counts once it has been served. */
  readonly isLate: () => boolean;
  /** Being served: neither its time nor its client's leaving ends it before that is over. */
  busy: boolean;
  over: boolean;
}

/** Between two looks while nothing is said to have changed: what was scheduled has become due, or a hint was lost. */
const LOOK_EVERY_MS = 500;
/** Between two looks however much changes. */
const LEAST_BETWEEN_LOOKS_MS = 10;
const GROUPS_AT_ONCE = 4;
/** Requests of a group, whose claims go together. */
const SERVED_AT_ONCE = 32;

/**
 * Where requests wait for work. However many wait, each change of the read model costs the claims of the first few of each
 * group of requests that ask for the same, which go together, and as many again for each few that are served: one that
 * goes away with nothing speaks for all behind it.
 */
export class WaitingLine {
  readonly #groups = new Map<string, Waiter[]>();
  readonly #stopping = new AbortController();
  #waiting = 0;
  #serving: Promise<void> | null = null;

  constructor(private readonly options: WaitingLineOptions) {}

  /** Requests that wait here. */
  get length(): number {
    return this.#waiting;
  }

  /**
   * What `claim` gets, at once or later; nothing once the time has passed, the signal fires or the line is closed.
   * @throws what `claim` rejects with
   */
  async serve<T>(
    group: string,
    waitMs: number,
    signal: AbortSignal,
    claim: () => Promise<readonly T[]>,
  ): Promise<readonly T[]> {
    // Whoever waits already for the same has found nothing, and comes first.
    if (waitMs === 0 || !this.#groups.has(group)) {
      const got = await claim();
      if (got.length > 0) return got;
    }
    const isFull = this.#waiting >= (this.options.most ?? 10_000);
    if (waitMs === 0 || isFull || signal.aborted || this.#stopping.signal.aborted) return [];
    // What `claim` got, handed through unseen.
    return (await this.#wait(group, waitMs, signal, claim)) as readonly T[];
  }

  /** Sends everybody away with nothing. */
  async close(): Promise<void> {
    this.#stopping.abort();
    for (const waiters of this.#groups.values())
      for (const waiter of [...waiters]) if (!waiter.busy) waiter.resolve([]);
    await this.#serving;
  }

  #wait(
    group: string,
    waitMs: number,
    signal: AbortSignal,
    claim: () => Promise<readonly unknown[]>,
  ): Promise<readonly unknown[]> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        if (waiter.over) return;
        waiter.over = true;
        this.#leave(group, waiter);
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        settle();
      };
      const giveUp = (): void => {
        if (!waiter.busy) end(() => resolve([]));
      };
      const deadline = performance.now() + waitMs;
      const waiter: Waiter = {
        claim,
        isLate: () => signal.aborted || performance.now() >= deadline,
        resolve: (got) => end(() => resolve(got)),
        reject: (error) => end(() => reject(error instanceof Error ? error : new Error(String(error)))),
        busy: false,
        over: false,
      };
      const timer = setTimeout(giveUp, waitMs);
      signal.addEventListener('abort', giveUp);
      const waiters = this.#groups.get(group);
      if (waiters === undefined) this.#groups.set(group, [waiter]);
      else waiters.push(waiter);
      this.#waiting++;
      this.#serving ??= this.#serveAll();
    });
  }

  #leave(group: string, waiter: Waiter): void {
    const waiters = this.#groups.get(group) ?? [];
    const at = waiters.indexOf(waiter);
    if (at === -1) return;
    waiters.splice(at, 1);
    this.#waiting--;
    if (waiters.length === 0) this.#groups.delete(group);
  }

  async #serveAll(): Promise<void> {
    const { mark, movedOn, logger } = this.options;
    const { signal } = this.#stopping;
    while (this.#waiting > 0 && !signal.aborted) {
      // Before the look, so that nothing that happens meanwhile is missed.
      const before = mark();
      const groups = [...this.#groups.keys()];
      const next = async (): Promise<void> => {
        for (let group = groups.shift(); group !== undefined; group = groups.shift()) await this.#serveGroup(group);
      };
      await Promise.all(Array.from({ length: GROUPS_AT_ONCE }, next));
      if (this.#waiting === 0) break;
      try {
        await Promise.all([movedOn(before, LOOK_EVERY_MS, signal), delay(LEAST_BETWEEN_LOOKS_MS)]);
      } catch (error) {
        logger.warn({ err: error }, 'nothing is heard of new work; looking again');
        await delay(LOOK_EVERY_MS);
      }
    }
    this.#serving = null;
  }

  async #serveGroup(group: string): Promise<void> {
    for (;;) {
      const first = this.#groups.get(group)?.slice(0, SERVED_AT_ONCE) ?? [];
      const served = await Promise.all(first.map((waiter) => this.#serveOne(waiter)));
      if (served.length === 0 || served.includes(false)) return;
    }
  }

  /** False where there was nothing for it. */
  async #serveOne(waiter: Waiter): Promise<boolean> {
    waiter.busy = true;
    try {
      const got = await waiter.claim();
      if (got.length > 0) waiter.resolve(got);
    } catch (error) {
      waiter.reject(error);
    }
    if (waiter.over) return true;
    waiter.busy = false;
    if (this.#stopping.signal.aborted || waiter.isLate()) waiter.resolve([]);
    return false;
  }
}
