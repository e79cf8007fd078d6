import { pause } from '#libs/lifecycle';
import type { JobQueueFigures, Logger } from '#libs/observability';
import type { LeaseRows, QueueFigures } from './lease-rows.js';

export interface QueueLookOptions {
  readonly rows: Pick<LeaseRows, 'figures'>;
  readonly clock: () => number;
  readonly logger: Logger;
}

type Counted = Omit<QueueFigures, 'orgId'>;

/** The count goes through everything that waits, so not each reader of the metrics has it made. */
const LOOK_EVERY_MS = 15_000;
const NOTHING: Counted = { queued: 0, pending: 0, processing: 0, dueSince: null };

/** Counts the queue now and then, for the metrics. */
export class QueueLook {
  readonly #stopping = new AbortController();
  #running: Promise<void> | null = null;
  #seen = NOTHING;

  constructor(private readonly options: QueueLookOptions) {}

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /** As counted last, of all organizations together. */
  total(): Omit<JobQueueFigures, 'waitingWorkers'> {
    const { dueSince, ...counts } = this.#seen;
    const oldestSeconds = dueSince === null ? 0 : Math.max(0, this.options.clock() / 1_000 - dueSince);
    return { ...counts, oldestSeconds };
  }

  async #run(): Promise<void> {
    const { rows, logger } = this.options;
    while (!this.#stopping.signal.aborted) {
      try {
        this.#seen = (await rows.figures()).reduce(
          (sum, of) => ({
            queued: sum.queued + of.queued,
            pending: sum.pending + of.pending,
            processing: sum.processing + of.processing,
            dueSince: earlier(sum.dueSince, of.dueSince),
          }),
          NOTHING,
        );
      } catch (error) {
        logger.warn({ err: error }, 'the queue was not counted; trying again in 15 s');
      }
      await pause(LOOK_EVERY_MS, this.#stopping.signal);
    }
  }
}

function earlier(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}
