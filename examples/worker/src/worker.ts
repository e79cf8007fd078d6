import { randomUUID } from 'node:crypto';
import { Attempt } from './attempt.ts';
import type { Answer, KeyledgerApi } from './keyledger-api.ts';
import type { Lease, Work } from './work.ts';

export interface WorkerOptions {
  readonly api: KeyledgerApi;
  readonly work: Work;
  /** Jobs at once. */
  readonly concurrency: number;
  /** How this worker is called in the history of its jobs. */
  readonly workerId: string;
  /** 10 to 600: within how long the loss of this worker is noticed, and how long it may take to stop. */
  readonly leaseSeconds: number;
  /** Only jobs of these; default all. */
  readonly policyTypes?: readonly string[];
  readonly log: (line: string) => void;
}

const WAIT_SECONDS = 20;

/** Keeps up to `concurrency` jobs in work until it is told to stop. */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #running = new Set<Promise<void>>();

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  /**
   * Works until the signal fires; then finishes what it holds, at most for the time of one lease, and returns.
   * @throws Error where Keyledger refuses to hand out work to this credential
   */
  async run(stop: AbortSignal): Promise<void> {
    const giveUp = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const beginToStop = (): void => {
      this.#options.log(`stopping: ${this.#running.size} jobs to finish`);
      timer = setTimeout(() => giveUp.abort(), this.#options.leaseSeconds * 1_000);
    };
    stop.addEventListener('abort', beginToStop, { once: true });
    try {
      while (!stop.aborted) {
        const free = this.#options.concurrency - this.#running.size;
        if (free > 0) this.#begin(await this.#lease(free, stop), giveUp.signal);
        else await Promise.race(this.#running);
      }
    } finally {
      await Promise.all(this.#running);
      stop.removeEventListener('abort', beginToStop);
      clearTimeout(timer);
    }
  }

  #begin({ leases, mayBeOld }: Leased, giveUp: AbortSignal): void {
    for (const lease of leases) {
      const running = new Attempt(lease, { ...this.#options, giveUp })
        .run(this.#options.work, mayBeOld)
        .finally(() => this.#running.delete(running));
      this.#running.add(running);
    }
  }

  /** A request of the same `request_id` is given the same leases, so none is lost with an answer. */
  async #lease(max: number, stop: AbortSignal): Promise<Leased> {
    const requestId = randomUUID();
    try {
      return leased(await this.#ask(max, requestId, WAIT_SECONDS, () => Infinity, stop));
    } catch (error) {
      if (!stop.aborted) throw error;
      return this.#leasedMeanwhile(max, requestId);
    }
  }

  /**
   * We hung up on a request that may have been given work at that very moment, so we ask what it got. That may be new work
   * too, which is then finished like all else.
   */
  async #leasedMeanwhile(max: number, requestId: string): Promise<Leased> {
    const within = performance.now() + 5_000;
    try {
      return { ...leased(await this.#ask(max, requestId, 0, () => within)), mayBeOld: true };
    } catch (error) {
      this.#options.log(`${String(error)}; leases that were given meanwhile run out`);
      return { leases: [], mayBeOld: true };
    }
  }

  #ask(
    max: number,
    requestId: string,
    waitSeconds: number,
    until: () => number,
    signal?: AbortSignal,
  ): Promise<Answer> {
    const { leaseSeconds, workerId, policyTypes } = this.#options;
    const body = {
      ...{ max, wait_seconds: waitSeconds, lease_seconds: leaseSeconds, worker_id: workerId, request_id: requestId },
      ...(policyTypes === undefined ? {} : { policy_types: policyTypes }),
    };
    const answerWithinMs = (waitSeconds + 5) * 1_000;
    return this.#options.api.post('/v1/worker/leases', body, { until, signal, answerWithinMs });
  }
}

interface Leased {
  readonly leases: readonly Lease[];
  /** They may have been given to an earlier try. */
  readonly mayBeOld: boolean;
}

function leased({ status, code, message, body, tries }: Answer): Leased {
  if (status !== 200) throw new Error(`no work is handed out: ${status} ${code ?? ''} ${message}`);
  return { leases: (body as { readonly data: readonly Lease[] }).data, mayBeOld: tries > 1 };
}
