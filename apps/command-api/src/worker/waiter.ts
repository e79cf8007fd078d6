import type { DueJob } from './due-job.js';

/** What a request waits for. */
export interface Place<T> {
  /** Whose workers these are: an organization, or null: the operator's own. */
  readonly orgId: string | null;
  /** Whoever has the same looks for the same. */
  readonly group: string;
  readonly waitMs: number;
  /** Of a client that went away. */
  readonly signal: AbortSignal;
  /** Most jobs at once. */
  readonly most: number;
  /** Whether the job is of those that it looks for; the same for all of a group. */
  readonly takes: (job: DueJob) => boolean;
  /** What it gets: of those on offer or, where there are none, of what the read model shows. */
  readonly claim: (offered: readonly DueJob[]) => Promise<readonly T[]>;
}

/** A request that waits for work, until it gets some or its time is up. */
export class Waiter {
  readonly orgId: string | null;
  readonly group: string;
  readonly most: number;
  /** What it got. Rejects with what its claim rejects with. */
  readonly answer: Promise<readonly unknown[]>;
  #settle: (settle: () => void) => void = () => undefined;
  #resolve: (got: readonly unknown[]) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  readonly #deadline: number;
  /** Being served: neither its time nor its client's leaving ends it before that is over. */
  #busy = false;
  #over = false;

  constructor(private readonly place: Place<unknown>) {
    const { orgId, group, most, waitMs, signal } = place;
    this.orgId = orgId;
    this.group = group;
    this.most = most;
    this.#deadline = performance.now() + waitMs;
    this.answer = new Promise((resolve, reject) => {
      const sendAway = (): void => this.sendAway();
      const timer = setTimeout(sendAway, waitMs);
      signal.addEventListener('abort', sendAway);
      this.#settle = (settle) => {
        if (this.#over) return;
        this.#over = true;
        clearTimeout(timer);
        signal.removeEventListener('abort', sendAway);
        settle();
      };
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get isFree(): boolean {
    return !this.#busy && !this.#over;
  }

  takes(job: DueJob): boolean {
    return this.place.takes(job);
  }

  /** With nothing, unless it is being served. */
  sendAway(): void {
    if (!this.#busy) this.#settle(() => this.#resolve([]));
  }

  /** False where there was nothing for it. `stopping`: nobody waits any longer. */
  async serve(offered: readonly DueJob[], stopping: AbortSignal): Promise<boolean> {
    this.#busy = true;
    try {
      const got = await this.place.claim(offered);
      if (got.length > 0) this.#settle(() => this.#resolve(got));
    } catch (error) {
      this.#settle(() => this.#reject(error));
    }
    this.#busy = false;
    if (this.#over) return true;
    if (stopping.aborted || this.place.signal.aborted || performance.now() >= this.#deadline) this.sendAway();
    return false;
  }
}
