import type pg from 'pg';
import type { CommandRunner } from '#libs/commands';
import type { EventStore } from '#libs/event-store';
import type { JobQueueFigures, Logger, ProductMetrics } from '#libs/observability';
import { AttemptWrites } from './attempt-writes.js';
import { LeaseDesk } from './lease-desk.js';
import { LeaseExpiry } from './lease-expiry.js';
import { LeaseRows } from './lease-rows.js';
import { LeaseTokens } from './lease-tokens.js';
import { QueueLook } from './queue-look.js';
import { WaitingLine } from './waiting-line.js';
import { WorkerRuns } from './worker-runs.js';

export interface JobQueueOptions {
  /** Of the api role. */
  readonly pool: pg.Pool;
  readonly store: EventStore;
  readonly runner: CommandRunner;
  /** What lease tokens are made with: 32 bytes, the same on every node. */
  readonly tokenKey: Buffer;
  /** How far the read model of jobs is known to be, and its next step. */
  readonly progress: JobsProgress;
  readonly clock: () => number;
  readonly metrics: ProductMetrics;
  readonly logger: Logger;
}

/** The read model of jobs as a node sees it move. */
export interface JobsProgress {
  readonly mark: () => bigint;
  /** Resolves when it has moved on from the mark, and after `timeoutMs` at the latest. */
  readonly movedOn: (mark: bigint, timeoutMs: number, signal: AbortSignal) => Promise<unknown>;
}

/** All that hands out work and hears of it, on one node. */
export class JobQueue {
  readonly rows: LeaseRows;
  readonly desk: LeaseDesk;
  readonly attempts: AttemptWrites;
  readonly #line: WaitingLine;
  readonly #expiry: LeaseExpiry;
  readonly #figures: QueueLook;

  constructor({ pool, store, runner, tokenKey, progress, clock, metrics, logger }: JobQueueOptions) {
    const rows = new LeaseRows(pool);
    const runs = new WorkerRuns(runner);
    const tokens = new LeaseTokens(tokenKey);
    this.rows = rows;
    this.#line = new WaitingLine({ ...progress, logger });
    this.#expiry = new LeaseExpiry({ rows, runs, metrics, logger });
    this.desk = new LeaseDesk({ rows, runs, tokens, line: this.#line, metrics, logger });
    this.attempts = new AttemptWrites({ rows, runs, tokens, expiry: this.#expiry, store, clock, metrics, logger });
    this.#figures = new QueueLook({ rows, clock, logger });
    metrics.watchJobQueue(() => this.#figuresNow());
  }

  start(): void {
    this.#expiry.start();
    this.#figures.start();
  }

  /** Sends those away that wait for work; before the requests in hand are waited for. */
  async sendAway(): Promise<void> {
    await this.#line.close();
  }

  /** Finishes what is in hand. */
  async stop(): Promise<void> {
    await Promise.all([this.#expiry.stop(), this.#figures.stop()]);
  }

  #figuresNow(): JobQueueFigures {
    return { ...this.#figures.total(), waitingWorkers: this.#line.length };
  }
}
