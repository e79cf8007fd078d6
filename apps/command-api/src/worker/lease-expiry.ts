import { Backoff, pause } from '#libs/lifecycle';
import type { Logger, ProductMetrics } from '#libs/observability';
import type { LeaseRows } from './lease-rows.js';
import type { LeasedAttempt } from './lease-tokens.js';
import { nullIfRefused } from './null-if-refused.js';
import type { WorkerRuns } from './worker-runs.js';

export interface LeaseExpiryOptions {
  readonly rows: LeaseRows;
  readonly runs: WorkerRuns;
  readonly logger: Logger;
  /** From 0 to 1, by chance. */
  readonly random?: () => number;
  readonly metrics: Pick<ProductMetrics, 'attemptEnded'>;
}

const LOOK_EVERY_MS = 500;
const AT_ONCE = 100;
/** A closer that has not finished by then is taken for dead, and the next one goes on. */
const CLOSING_MS = 10_000;
const LONGEST_BACKOFF_MS = 5_000;
const HOUSEKEEPING_EVERY_MS = 60_000;
/** Rows of attempts that ended stay until every read model has certainly seen them. */
const KEPT_MS = 600_000;
const SWEPT_AT_ONCE = 5_000;

/**
 * Records that attempts are lost whose lease has ended. The row is closed before the event is appended, so that no
 * heartbeat brings it back; of several nodes one works on a row at a time, and a row that a dying one left is taken up by
 * the next. Nothing of it is in memory: after a crash of everything the rows say what is due.
 */
export class LeaseExpiry {
  readonly #stopping = new AbortController();
  #running: Promise<void> | null = null;

  constructor(private readonly options: LeaseExpiryOptions) {}

  start(): void {
    this.#running ??= Promise.all([this.#expire(), this.#keepHouse()]).then(() => undefined);
  }

  /** Finishes what is in hand. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /** Records that this attempt is lost, if it runs; its row is closed. @throws EventStoreUnavailable, DatabaseUnavailable */
  async expire(attempt: LeasedAttempt): Promise<void> {
    const { rows, runs, random = Math.random, metrics } = this.options;
    const { jobId, attempt: number } = attempt;
    const jitter = random();
    const outcome = await runs
      .asSystem(attempt, (now) => ({ kind: 'ExpireLease', jobId, attempt: number, jitter, now }))
      .catch(nullIfRefused);
    // A claim whose event was never stored left a row that would keep the attempt from being handed out.
    const began = outcome?.state.job?.attempts.some((known) => known.number === number) === true;
    await (began ? rows.ended(attempt) : rows.forget([attempt]));
    if (outcome !== null && outcome.events.length > 0) metrics.attemptEnded('lease_expired');
  }

  async #expire(): Promise<void> {
    const { rows, logger } = this.options;
    const { signal } = this.#stopping;
    const backoff = new Backoff({ firstMs: LOOK_EVERY_MS, longestMs: LONGEST_BACKOFF_MS });
    while (!signal.aborted) {
      let pauseMs = LOOK_EVERY_MS;
      try {
        const closed = await rows.closeExpired(AT_ONCE, CLOSING_MS);
        const ended = await Promise.allSettled(closed.map((attempt) => this.expire(attempt)));
        const failed = ended.filter((one) => one.status === 'rejected');
        for (const { reason } of failed)
          logger.warn({ err: reason as unknown }, 'a lease whose end has come was not ended');
        if (closed.length > 0 && failed.length === closed.length) pauseMs = backoff.failed();
        else {
          backoff.succeeded();
          if (closed.length === AT_ONCE) continue;
        }
      } catch (error) {
        pauseMs = backoff.failed();
        logger.warn({ err: error, pauseMs }, 'leases whose end has come were not all ended; trying again');
      }
      await pause(pauseMs, signal);
    }
  }

  /** Rows that are missing are made, and those of attempts that ended long ago deleted. */
  async #keepHouse(): Promise<void> {
    const { rows, logger } = this.options;
    while (!this.#stopping.signal.aborted) {
      try {
        const made = await rows.recover();
        if (made > 0) logger.warn({ leases: made }, 'attempts ran without a lease; they were given one');
        while (!this.#stopping.signal.aborted && (await rows.sweep(KEPT_MS, SWEPT_AT_ONCE)) === SWEPT_AT_ONCE) continue;
      } catch (error) {
        logger.warn({ err: error }, 'leases were not looked through; trying again in a minute');
      }
      await pause(HOUSEKEEPING_EVERY_MS, this.#stopping.signal);
    }
  }
}
