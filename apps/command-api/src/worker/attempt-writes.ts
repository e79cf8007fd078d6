import { jobStreams, type CommandOutcome, loadStream } from '#libs/commands';
import { DomainRejection, type JobCommand, type JobFacts, type JobState, type Usage } from '#libs/domain';
import type { EventStore, Position } from '#libs/event-store';
import type { Logger, ProductMetrics } from '#libs/observability';
import { jobIn, jobNotFound, streamOf } from '../jobs/job-writes.js';
import type { LeaseExpiry } from './lease-expiry.js';
import type { ExtendedLease, LeaseRows } from './lease-rows.js';
import type { LeaseClaims, LeasedAttempt, LeaseTokens } from './lease-tokens.js';
import { nullIfRefused } from './null-if-refused.js';
import type { WorkerCaller } from './worker-caller.js';
import type { WorkerRuns } from './worker-runs.js';

export interface AttemptWritesOptions {
  readonly rows: LeaseRows;
  readonly runs: WorkerRuns;
  readonly tokens: LeaseTokens;
  readonly expiry: Pick<LeaseExpiry, 'expire'>;
  readonly store: EventStore;
  readonly clock: () => number;
  readonly metrics: Pick<ProductMetrics, 'attemptEnded'>;
  readonly logger: Logger;
}

/** How an attempt's lease stands by its row. */
export interface LeaseStanding {
  /** Whether the attempt has it. */
  readonly isHeld: boolean;
  /** Unix milliseconds by this node's clock; past where the lease is lost. */
  readonly endsAt: number;
}

/** An attempt that a worker wrote about, and the job after it. */
export interface WrittenJob {
  readonly job: JobFacts;
  /** Unix milliseconds. */
  readonly decidedAt: number;
  /** Whether it was news; an equal report again is not. */
  readonly isNew: boolean;
  readonly position: Position;
}

/** What a worker writes about the attempt that its token speaks for. */
export class AttemptWrites {
  constructor(private readonly options: AttemptWritesOptions) {}

  /**
   * The attempt of a token.
   * @throws DomainRejection `job_not_found` where the worker may know of no such job, else `lease_lost`
   */
  async attemptOf(worker: WorkerCaller, jobId: string, token: string): Promise<LeaseClaims> {
    const attempt = this.options.tokens.open(token);
    const isOwn = attempt !== null && (worker.orgId === null || worker.orgId === attempt.orgId);
    if (isOwn && attempt.jobId === jobId) return attempt;
    const [first] = await this.options.store.readStream(streamOf(jobId), { from: 0, limit: 1 });
    if (first === undefined || (worker.orgId !== null && first.metadata.org_id !== worker.orgId)) throw jobNotFound();
    throw leaseLost();
  }

  /** @throws DomainRejection `lease_lost` */
  async extend(attempt: LeasedAttempt): Promise<ExtendedLease> {
    const extended = await this.options.rows.extend(attempt);
    if (extended === null) throw leaseLost();
    return extended;
  }

  /** @throws DomainRejection `lease_lost`, `job_not_found`, `validation_failed` */
  async progress(worker: WorkerCaller, attempt: LeasedAttempt, command: Command): Promise<WrittenJob> {
    const written = await this.#run(worker, attempt, await this.leaseOf(attempt), command);
    await this.options.rows.extend(attempt);
    return written;
  }

  /**
   * The attempt's last word. One that has lost its lease is refused, but what it says it spent is recorded.
   * @param lease as `leaseOf` found it for this very report
   * @throws DomainRejection `lease_lost`, `job_not_found`, `validation_failed`
   */
  async finish(
    worker: WorkerCaller,
    attempt: LeasedAttempt,
    lease: LeaseStanding,
    outcome: 'completed' | 'failed',
    usage: Usage,
    command: Command,
  ): Promise<WrittenJob> {
    try {
      const written = await this.#run(worker, attempt, lease, command);
      await this.#end(attempt);
      if (!written.isNew) return await this.#asFirstAnswered(attempt, written);
      this.options.metrics.attemptEnded(outcome);
      return written;
    } catch (error) {
      if (isLeaseLost(error)) await this.#recordLate(worker, attempt, usage);
      throw error;
    }
  }

  /** @throws DatabaseUnavailable */
  async leaseOf(attempt: LeasedAttempt): Promise<LeaseStanding> {
    const now = this.options.clock();
    const remainingMs = await this.options.rows.remainingMs(attempt);
    return { isHeld: remainingMs > 0, endsAt: now + remainingMs };
  }

  async #run(
    worker: WorkerCaller,
    attempt: LeasedAttempt,
    lease: LeaseStanding,
    command: Command,
  ): Promise<WrittenJob> {
    const run = ({ endsAt }: LeaseStanding): Promise<CommandOutcome<JobState>> =>
      this.options.runs.asWorker(worker, attempt, null, (now) => command(now, endsAt));
    const outcome = await run(lease).catch(async (error: unknown) => {
      if (!lease.isHeld || !isLeaseLost(error)) throw error;
      // It ended while we were at it, or a heartbeat of the same moment has extended it.
      const extended = await this.leaseOf(attempt);
      if (!extended.isHeld) throw error;
      return run(extended);
    });
    return {
      job: jobIn(outcome),
      decidedAt: outcome.decidedAt,
      isNew: outcome.events.length > 0,
      position: outcome.position,
    };
  }

  /** An equal report again: the job as it was right after the first, whatever has happened to it since. */
  async #asFirstAnswered({ jobId, attempt }: LeasedAttempt, now: WrittenJob): Promise<WrittenJob> {
    const events = (await loadStream(this.options.store, streamOf(jobId))).map(jobStreams.parse);
    const isReport = ({ type, data }: (typeof events)[number]): boolean =>
      (type === 'job.completed' || type === 'job.attempt_failed' || type === 'job.failed') && data.attempt === attempt;
    const end = events.findLastIndex(isReport);
    const last = events[end];
    if (last === undefined) return now;
    const { decider } = jobStreams;
    const { job } = events
      .slice(0, end + 1)
      .reduce((state, event) => decider.evolve(state, event), decider.initialState);
    return { ...now, job: job ?? now.job, decidedAt: Date.parse(last.metadata.occurred_at) };
  }

  /** Its row is no lock any more. Left behind, it runs out and is found to have ended. */
  async #end(attempt: LeasedAttempt): Promise<void> {
    try {
      await this.options.rows.ended(attempt);
    } catch (error) {
      this.options.logger.warn({ err: error, job_id: attempt.jobId }, 'the lease of an ended attempt was not ended');
    }
  }

  /** The loss comes first where nobody has noticed it yet: what is spent late is spent by an attempt that has ended. */
  async #recordLate(worker: WorkerCaller, attempt: LeasedAttempt, usage: Usage): Promise<void> {
    const { jobId, attempt: number } = attempt;
    if ((await this.options.rows.remainingMs(attempt)) === 0) await this.options.expiry.expire(attempt);
    await this.options.runs
      .asWorker(worker, attempt, null, (now) => ({ kind: 'RecordLateUsage', jobId, attempt: number, usage, now }))
      .catch(nullIfRefused);
  }
}

/** At an instant, with the end of the lease: Unix milliseconds both. */
type Command = (now: number, leaseEndsAt: number) => JobCommand;

function isLeaseLost(error: unknown): boolean {
  return error instanceof DomainRejection && error.code === 'lease_lost';
}

function leaseLost(): DomainRejection {
  return new DomainRejection('lease_lost', 'This attempt does not hold the lease of the job.');
}
