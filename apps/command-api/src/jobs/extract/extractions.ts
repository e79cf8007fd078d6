import { presentJobInFull } from '#libs/domain';
import type { EventStore, Position } from '#libs/event-store';
import { RequestRefused } from '../../http/request-refused.js';
import type { FirstAnswer, WriteAnswer } from '../../write-side/idempotency/write-answer.js';
import { foldJob } from '../fold-job.js';
import type { FinishedJobs, WaitForJob } from './finished-jobs.js';

export interface ExtractionsOptions {
  readonly finished: Pick<FinishedJobs, 'waitFor'>;
  readonly store: EventStore;
  readonly sealPosition: (position: Position) => string;
}

/**
 * What an extraction is answered: the job as one of its events left it. That event is all that is kept for a repeated
 * request, and the job is folded up to it from the log, so that results are not kept twice.
 */
type Kept = { readonly id: string; readonly revision: number };

const SUBMITTED: Pick<Kept, 'revision'> = { revision: 0 };

/** Waits for the jobs of extractions, as a part of the write: until it is known how that ends, the write is running. */
export class Extractions {
  constructor(private readonly options: ExtractionsOptions) {}

  /**
   * The answer as it is kept.
   * @throws RequestRefused where the client has gone, who has had no answer: it may take the place of its first request at
   * once
   * @throws DatabaseUnavailable, EventStoreUnavailable
   */
  async answer(submitted: FirstAnswer, wait: WaitForJob): Promise<FirstAnswer> {
    const { jobId: id, gone } = wait;
    const hasEnded = await this.options.finished.waitFor(wait);
    if (!hasEnded && gone.aborted) throw new RequestRefused('request_timeout');
    // The first end, whatever has become of the job since.
    const end = hasEnded ? await foldJob(this.options.store, id, ({ finishedAt }) => finishedAt !== null) : null;
    if (end === null) return { ...submitted, body: { id, ...SUBMITTED } satisfies Kept };
    const body: Kept = { id, revision: end.revision };
    return { ...submitted, status: 200, body, logPosition: this.options.sealPosition(end.position) };
  }

  /** The answer as it goes out. @throws EventStoreUnavailable */
  async present(kept: WriteAnswer): Promise<WriteAnswer> {
    // What `answer` has made.
    const { id, revision } = kept.body as Kept;
    const folded = await foldJob(this.options.store, id, (_, at) => at === revision);
    if (folded === null) throw new Error(`job ${id} has no event ${revision}`);
    return { ...kept, body: presentJobInFull(folded.job, folded.at) };
  }
}
