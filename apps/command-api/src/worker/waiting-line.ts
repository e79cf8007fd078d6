import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '#libs/observability';
import type { DueJob } from './due-job.js';
import { Waiter, type Place } from './waiter.js';

export interface WaitingLineOptions {
  /** Where the read model of jobs stands; compared by `movedOn` alone. */
  readonly mark: () => bigint;
  /** Resolves when the read model has moved on from the mark, and after `timeoutMs` at the latest. */
  readonly movedOn: (mark: bigint, timeoutMs: number, signal: AbortSignal) => Promise<unknown>;
  readonly logger: Logger;
  /** Most that may wait at once, default 10,000; one more is answered at once, with nothing. */
  readonly most?: number;
  /** Most of one organization, default 1,000. */
  readonly mostOfOne?: number;
  /** Most different things that workers of one organization may wait for, default 50: each costs a look. */
  readonly mostGroupsOfOne?: number;
}

/** Between two looks while nothing is said to have changed: what was scheduled has become due, or a hint was lost. */
const LOOK_EVERY_MS = 500;
/** Between two looks however much changes: what becomes due on this node is handed over without one. */
const LEAST_BETWEEN_LOOKS_MS = 50;
const GROUPS_AT_ONCE = 4;
/** Requests of a group, whose claims go together. */
const SERVED_AT_ONCE = 32;
/** Jobs that are kept for requests which are just being served; one more comes by the read model. */
const MOST_OFFERED = 1_000;

/**
 * Where requests wait for work. However many wait, each change of the read model costs the claims of the first few of each
 * group of requests that ask for the same, which go together, and as many again for each few that are served: one that
 * goes away with nothing speaks for all behind it. A job that this node knows to be due goes to the first that takes it, at
 * once: whoever waits has found nothing that would come before.
 */
export class WaitingLine {
  readonly #groups = new Map<string, Waiter[]>();
  readonly #stopping = new AbortController();
  #waiting = 0;
  #serving: Promise<void> | null = null;
  #offered: DueJob[] = [];
  /** Whether somebody is about to look through what is on offer. */
  #isHandingOver = false;
  readonly #handOvers = new Set<Promise<void>>();

  constructor(private readonly options: WaitingLineOptions) {}

  /** Requests that wait here. */
  get length(): number {
    return this.#waiting;
  }

  /**
   * What `claim` gets, at once or later; nothing once the time has passed, the signal fires or the line is closed.
   * @throws what `claim` rejects with
   */
  async serve<T>(place: Place<T>): Promise<readonly T[]> {
    const { group, waitMs, signal, claim } = place;
    // Whoever waits already for the same has found nothing, and comes first.
    if (waitMs === 0 || !this.#groups.has(group)) {
      const got = await claim([]);
      if (got.length > 0) return got;
    }
    if (waitMs === 0 || !this.#hasRoomFor(place) || signal.aborted || this.#stopping.signal.aborted) return [];
    const waiter = new Waiter(place);
    this.#join(waiter);
    try {
      // What `claim` got, handed through unseen.
      return (await waiter.answer) as readonly T[];
    } finally {
      this.#leave(waiter);
    }
  }

  /** Hands a job over that has just become due. Where nobody takes it, the read model shows it to whoever comes. */
  offer(job: DueJob): void {
    if (this.#waiting === 0 || this.#offered.length >= MOST_OFFERED) return;
    this.#offered.push(job);
    this.#handOver();
  }

  /** Sends everybody away with nothing. */
  async close(): Promise<void> {
    this.#stopping.abort();
    for (const waiters of this.#groups.values()) for (const waiter of [...waiters]) waiter.sendAway();
    await Promise.all([this.#serving, ...this.#handOvers]);
  }

  #hasRoomFor({ orgId, group }: Pick<Place<unknown>, 'orgId' | 'group'>): boolean {
    const { most = 10_000, mostOfOne = 1_000, mostGroupsOfOne = 50 } = this.options;
    if (this.#waiting >= most) return false;
    if (orgId === null) return true;
    const own = [...this.#groups.values()].filter(([first]) => first?.orgId === orgId);
    const waiting = own.reduce((sum, { length }) => sum + length, 0);
    return waiting < mostOfOne && (this.#groups.has(group) || own.length < mostGroupsOfOne);
  }

  #join(waiter: Waiter): void {
    const waiters = this.#groups.get(waiter.group);
    if (waiters === undefined) this.#groups.set(waiter.group, [waiter]);
    else waiters.push(waiter);
    this.#waiting++;
    this.#serving ??= this.#serveAll();
  }

  #leave(waiter: Waiter): void {
    const waiters = this.#groups.get(waiter.group) ?? [];
    waiters.splice(waiters.indexOf(waiter), 1);
    this.#waiting--;
    if (waiters.length === 0) this.#groups.delete(waiter.group);
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
      const first = (this.#groups.get(group) ?? []).filter(({ isFree }) => isFree).slice(0, SERVED_AT_ONCE);
      const served = await Promise.all(first.map((waiter) => this.#serve(waiter, [])));
      if (served.length === 0 || served.includes(false)) return;
    }
  }

  #handOver(): void {
    if (this.#offered.length === 0 || this.#isHandingOver) return;
    this.#isHandingOver = true;
    const handOver = this.#handOverAll().finally(() => this.#handOvers.delete(handOver));
    this.#handOvers.add(handOver);
  }

  async #handOverAll(): Promise<void> {
    // What becomes due in the same turn of the event loop goes together.
    await Promise.resolve();
    const shares = this.#shares();
    // Whoever has been served, and whatever becomes due from here on, begins anew.
    this.#isHandingOver = false;
    await Promise.all([...shares].map(([waiter, jobs]) => this.#serve(waiter, jobs)));
  }

  /** Who gets which of the jobs on offer. Those that only somebody takes who is being served stay; the others go. */
  #shares(): ReadonlyMap<Waiter, readonly DueJob[]> {
    const shares = new Map<Waiter, DueJob[]>();
    const offered = this.#stopping.signal.aborted ? [] : this.#offered;
    // Of the same priority the older ones stay ahead.
    this.#offered = offered
      .toSorted((a, b) => b.priority - a.priority)
      .filter((job) => {
        const takers = [...this.#groups.values()].filter(([first]) => first?.takes(job) === true);
        const hasRoom = (waiter: Waiter): boolean => waiter.isFree && (shares.get(waiter)?.length ?? 0) < waiter.most;
        const taker = takers.flatMap((waiters) => waiters.find(hasRoom) ?? []).at(0);
        if (taker !== undefined) shares.set(taker, [...(shares.get(taker) ?? []), job]);
        return taker === undefined && takers.length > 0;
      });
    return shares;
  }

  /** False where there was nothing for it. */
  async #serve(waiter: Waiter, offered: readonly DueJob[]): Promise<boolean> {
    const served = await waiter.serve(offered, this.#stopping.signal);
    this.#handOver();
    return served;
  }
}
