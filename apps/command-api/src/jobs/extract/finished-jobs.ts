import { setTimeout as delay } from 'node:timers/promises';
import type { JobFacts } from '#libs/domain';
import type { JobsProgress } from '../../worker/job-queue.js';

export interface FinishedJobOptions {
  /** As the read model has it; null before it has seen the job. @throws DatabaseUnavailable */
  readonly find: (orgId: string, jobId: string) => Promise<JobFacts | null>;
  readonly progress: JobsProgress;
}

const LONGEST_LOOK_MS = 500;
/** So many that wait shall not ask the database at each step of the read model. */
const BETWEEN_LOOKS_MS = 25;

/** Waits for jobs to end. */
export class FinishedJobs {
  readonly #closing = new AbortController();

  constructor(private readonly options: FinishedJobOptions) {}

  /** Ends every wait, for a stop: who waits is told to poll. */
  close(): void {
    this.#closing.abort();
  }

  /** The job once it is completed, failed or cancelled; null where the time passes, or the client goes, before that. */
  async waitFor(orgId: string, jobId: string, timeoutMs: number, gone: AbortSignal): Promise<JobFacts | null> {
    const signal = AbortSignal.any([gone, this.#closing.signal]);
    const { find, progress } = this.options;
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const mark = progress.mark();
      const job = await find(orgId, jobId);
      if (job !== null && job.finishedAt !== null) return job;
      const left = deadline - performance.now();
      if (left <= 0 || signal.aborted) return null;
      const look = Math.min(left, LONGEST_LOOK_MS);
      await Promise.all([progress.movedOn(mark, look, signal), delay(Math.min(left, BETWEEN_LOOKS_MS))]);
    }
  }
}
