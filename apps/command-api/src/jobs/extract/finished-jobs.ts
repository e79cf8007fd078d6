import { setTimeout as delay } from 'node:timers/promises';
import { pause } from '#libs/lifecycle';
import type { Logger } from '#libs/observability';
import type { JobsProgress } from '../../worker/job-queue.js';

export interface FinishedJobsOptions {
  /** Which of an organization's jobs have ended, as the read model has it. @throws DatabaseUnavailable */
  readonly endedOf: (orgId: string, jobIds: readonly string[]) => Promise<ReadonlySet<string>>;
  readonly progress: JobsProgress;
  readonly logger: Logger;
}

export interface WaitForJob {
  readonly orgId: string;
  readonly jobId: string;
  readonly timeoutMs: number;
  /** The client has gone. */
  readonly gone: AbortSignal;
}

interface Waiter extends Pick<WaitForJob, 'orgId' | 'jobId'> {
  readonly tell: (ended: boolean) => void;
  readonly fail: (error: unknown) => void;
}

/** Between two looks where the read model does not move, in case that was not heard. */
const LOOK_ANYWAY_MS = 1_000;
/** Between two looks however fast it moves. */
const BETWEEN_LOOKS_MS = 25;

/**
 * Waits for jobs to end. However many wait, a node looks once for all of an organization's, when the read model of jobs has
 * moved on or somebody new has come.
 */
export class FinishedJobs {
  readonly #closing = new AbortController();
  readonly #waiting = new Set<Waiter>();
  #looking: Promise<void> | null = null;
  #somebodyNew = new AbortController();

  constructor(private readonly options: FinishedJobsOptions) {}

  /** Ends every wait, for a stop: who waits is told to poll. */
  close(): void {
    this.#closing.abort();
  }

  /**
   * Whether the job has ended: true as soon as it is completed, failed or cancelled, false where the time passes, the client
   * goes or the node stops before that.
   * @throws DatabaseUnavailable
   */
  async waitFor({ orgId, jobId, timeoutMs, gone }: WaitForJob): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    const waiter: Waiter = { orgId, jobId, tell: resolve, fail: reject };
    const giveUp = (): void => resolve(false);
    const timer = setTimeout(giveUp, timeoutMs);
    const signal = AbortSignal.any([gone, this.#closing.signal]);
    signal.addEventListener('abort', giveUp);
    if (signal.aborted) giveUp();
    this.#waiting.add(waiter);
    this.#somebodyNew.abort();
    this.#looking ??= this.#look();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      this.#waiting.delete(waiter);
    }
  }

  async #look(): Promise<void> {
    const { progress, logger } = this.options;
    while (this.#waiting.size > 0) {
      // Both before the look, so that nothing that happens meanwhile is missed.
      this.#somebodyNew = new AbortController();
      const mark = progress.mark();
      const byOrganization = Map.groupBy(this.#waiting, ({ orgId }) => orgId);
      for (const [orgId, waiters] of byOrganization) await this.#lookFor(orgId, waiters);
      if (this.#waiting.size === 0) break;
      const wake = AbortSignal.any([this.#somebodyNew.signal, this.#closing.signal]);
      try {
        await Promise.all([progress.movedOn(mark, LOOK_ANYWAY_MS, wake), delay(BETWEEN_LOOKS_MS)]);
      } catch (error) {
        logger.warn({ err: error }, 'nothing is heard of jobs that have ended; looking again');
        await pause(LOOK_ANYWAY_MS, this.#closing.signal);
      }
    }
    this.#looking = null;
  }

  async #lookFor(orgId: string, waiters: readonly Waiter[]): Promise<void> {
    try {
      const ended = await this.options.endedOf(orgId, [...new Set(waiters.map(({ jobId }) => jobId))]);
      for (const { jobId, tell } of waiters) if (ended.has(jobId)) tell(true);
    } catch (error) {
      for (const { fail } of waiters) fail(error);
    }
  }
}
