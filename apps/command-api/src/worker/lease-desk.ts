import { setTimeout as delay } from 'node:timers/promises';
import { presentJob, type JsonObject, type PresentedJob } from '#libs/domain';
import type { Position } from '#libs/event-store';
import type { Logger, ProductMetrics } from '#libs/observability';
import { jobIn } from '../jobs/job-writes.js';
import type { DueJob } from './due-job.js';
import type { Claim, ClaimScope, LeaseRow, LeaseRows } from './lease-rows.js';
import type { LeaseTokens } from './lease-tokens.js';
import { JoinedRequests } from './joined-requests.js';
import { nullIfRefused } from './null-if-refused.js';
import { Together } from '#libs/lifecycle';
import type { WaitingLine } from './waiting-line.js';
import type { WorkerCaller } from './worker-caller.js';
import type { WorkerRuns } from './worker-runs.js';

/** What a worker asks for. */
export interface LeaseRequest {
  readonly policyTypes: readonly string[] | null;
  readonly max: number;
  readonly waitSeconds: number;
  readonly workerId: string | null;
  readonly leaseSeconds: number;
  readonly requestId: string | null;
  /** Asked before each claim of one who has waited. @throws what a new request would be refused with */
  readonly assertStillAllowed: () => Promise<void>;
}

/** One attempt, handed to a worker. */
export interface Lease {
  readonly lease_token: string;
  /** Unix seconds. */
  readonly lease_expires_at: number;
  readonly attempt: number;
  readonly org_id: string;
  readonly job: PresentedJob;
  readonly input: JsonObject;
}

/** A lease, and the position of the event that began its attempt. */
export interface BegunLease {
  readonly lease: Lease;
  readonly position: Position;
}

export interface LeaseDeskOptions {
  readonly rows: LeaseRows;
  readonly runs: WorkerRuns;
  readonly tokens: LeaseTokens;
  readonly line: WaitingLine;
  readonly metrics: Pick<ProductMetrics, 'leased'>;
  readonly logger: Logger;
}

/** For so long the credential that the request came with is good for. */
const TRUSTED_MS = 250;

/** Claims in a row of which nothing was left: the read model is behind, and the next look may find more. */
const MOST_CLAIMS = 5;

const CLAIMS_AT_ONCE = 32;
const MOST_GROUPS = 1_000;

interface Asked extends Claim {
  readonly scope: ClaimScope;
}

/**
 * Hands out leases. A row in `job_queue.leases` makes sure that no two nodes try the same attempt; that it begins is
 * decided by its event. Whoever was slower gets the next job.
 */
export class LeaseDesk {
  /** By group, the organization that was served last, here: the one behind it is the next. */
  readonly #servedLast = new Map<string, string>();
  readonly #lanes = new Map<string, { readonly claims: Together<Claim, readonly LeaseRow[]>; inHand: number }>();
  readonly #repeated = new JoinedRequests<BegunLease>();

  constructor(private readonly options: LeaseDeskOptions) {}

  /**
   * Up to `max` leases, at once where there are any, else as soon as there are, within `waitSeconds`.
   * @param signal of a client that went away: nothing is leased to it any more
   * @throws EventStoreUnavailable, DatabaseUnavailable
   */
  async lease(worker: WorkerCaller, request: LeaseRequest, signal: AbortSignal): Promise<readonly BegunLease[]> {
    const since = performance.now();
    const { requestId } = request;
    const assertStillAllowed = async (): Promise<void> => {
      if (performance.now() - since > TRUSTED_MS) await request.assertStillAllowed();
    };
    const asked = { ...request, assertStillAllowed };
    if (requestId === null) return this.#wait(worker, asked, signal);
    const got = await this.#repeated.run(JSON.stringify([worker.holder, requestId]), async () => {
      await assertStillAllowed();
      const earlier = await this.options.rows.ofRequest(worker.orgId, worker.holder, requestId);
      const again = earlier.length === 0 ? [] : await this.#begin(worker, request, earlier, { isOurs: true });
      return again.length > 0 ? again : this.#wait(worker, asked, signal);
    });
    // What a twin was given while this one waited for it.
    await assertStillAllowed();
    return got;
  }

  #wait(worker: WorkerCaller, request: LeaseRequest, signal: AbortSignal): Promise<readonly BegunLease[]> {
    const scope = { orgId: worker.orgId, policyTypes: request.policyTypes };
    return this.options.line.serve({
      orgId: worker.orgId,
      group: groupOf(scope),
      waitMs: request.waitSeconds * 1_000,
      signal,
      most: request.max,
      takes: (job) => isWithin(scope, job),
      claim: async (offered) => {
        await request.assertStillAllowed();
        if (signal.aborted) return [];
        return offered.length > 0 ? this.#claimOffered(worker, request, offered) : this.#claim(worker, request);
      },
    });
  }

  /** A job that has just become due, for whoever waits on this node for such a one. */
  offer(job: DueJob): void {
    this.options.line.offer(job);
  }

  async #claimOffered(
    worker: WorkerCaller,
    request: LeaseRequest,
    offered: readonly DueJob[],
  ): Promise<readonly BegunLease[]> {
    const rows = await this.options.rows.claimOffered(worker.orgId, offered, claimOf(worker, request));
    return rows.length === 0 ? [] : this.#begin(worker, request, rows, { isOurs: false });
  }

  async #claim(worker: WorkerCaller, request: LeaseRequest): Promise<readonly BegunLease[]> {
    for (let claims = 0; claims < MOST_CLAIMS; claims++) {
      if (claims > 0) await delay(5 * 2 ** claims);
      const rows = await this.#claimFor({
        scope: { orgId: worker.orgId, policyTypes: request.policyTypes },
        ...claimOf(worker, request),
      });
      if (rows.length === 0) return [];
      const leases = await this.#begin(worker, request, rows, { isOurs: false });
      if (leases.length > 0) return leases;
    }
    return [];
  }

  /** Those that look for the same at the same time claim together; one that fails, or is slow, holds up its own alone. */
  async #claimFor({ scope, ...claim }: Asked): Promise<readonly LeaseRow[]> {
    const group = groupOf(scope);
    let lane = this.#lanes.get(group);
    if (lane === undefined) {
      lane = { claims: this.#lane(scope), inHand: 0 };
      this.#lanes.set(group, lane);
    }
    lane.inHand++;
    try {
      return await lane.claims.ask(claim);
    } finally {
      if (--lane.inHand === 0) this.#lanes.delete(group);
    }
  }

  #lane(scope: ClaimScope): Together<Claim, readonly LeaseRow[]> {
    const group = groupOf(scope);
    const run = async (claims: readonly Claim[]): Promise<readonly (readonly LeaseRow[])[]> => {
      const rows = await this.options.rows.claim(scope, this.#servedLast.get(group) ?? '', claims);
      const last = rows.flat().at(-1)?.orgId;
      if (scope.orgId === null && last !== undefined) this.#remember(group, last);
      return rows;
    };
    return new Together({ run, most: CLAIMS_AT_ONCE });
  }

  /** Bounded: there are as many groups as lists of types that workers of the operator ask for. */
  #remember(group: string, orgId: string): void {
    this.#servedLast.delete(group);
    this.#servedLast.set(group, orgId);
    const [oldest] = this.#servedLast.keys();
    if (this.#servedLast.size > MOST_GROUPS && oldest !== undefined) this.#servedLast.delete(oldest);
  }

  /**
   * Rows whose attempt does not begin are given up; those whose fate is unknown stay until they expire.
   * @param isOurs the rows are of an earlier try at this very request, so that an attempt that runs is its
   */
  async #begin(
    worker: WorkerCaller,
    request: LeaseRequest,
    rows: readonly LeaseRow[],
    { isOurs }: { readonly isOurs: boolean },
  ): Promise<readonly BegunLease[]> {
    const begun = await Promise.allSettled(rows.map((row) => this.#beginOne(worker, request, row, isOurs)));
    const idle = rows.filter((_, index) => {
      const outcome = begun[index];
      return outcome?.status === 'fulfilled' && outcome.value === 'never began';
    });
    if (idle.length > 0) await this.#putOff(idle);
    const leases = begun.flatMap((outcome) =>
      outcome.status === 'fulfilled' && typeof outcome.value === 'object' ? outcome.value : [],
    );
    const failed = begun.find((outcome) => outcome.status === 'rejected');
    if (failed === undefined) return leases;
    const reason: unknown = failed.reason;
    if (leases.length === 0) throw reason;
    this.options.logger.warn({ err: reason }, 'a lease was not begun, and runs out unused');
    return leases;
  }

  /** For a moment nobody claims them again: the read model is behind, or it cannot follow the job any more. */
  async #putOff(rows: readonly LeaseRow[]): Promise<void> {
    try {
      await this.options.rows.putOff(rows);
    } catch (error) {
      this.options.logger.warn({ err: error }, 'rows of attempts that did not begin were left to run out');
    }
  }

  /**
   * `never began`: somebody was faster, or the job is not there any more. `over`: it began by an earlier try at this
   * request, and its row still says so to the worker's heartbeats.
   */
  async #beginOne(
    worker: WorkerCaller,
    request: LeaseRequest,
    row: LeaseRow,
    isOurs: boolean,
  ): Promise<BegunLease | 'never began' | 'over'> {
    const { workerId, leaseSeconds } = request;
    const { jobId } = row;
    const outcome = await this.options.runs
      .asWorker(worker, row, workerId, (now) => ({
        ...{ kind: 'LeaseJob', jobId, attempt: row.attempt, workerId, leaseSeconds, now },
      }))
      .catch(nullIfRefused);
    if (outcome === null || (outcome.events.length === 0 && !isOurs)) return 'never began';
    const job = jobIn(outcome);
    const running = job.phase === 'processing' ? job.attempts.at(-1) : undefined;
    if (running?.number !== row.attempt || job.input === null) {
      return job.attempts.some(({ number }) => number === row.attempt) ? 'over' : 'never began';
    }
    this.options.metrics.leased(Math.max(0, running.startedAt / 1_000 - job.availableAt));
    const lease = {
      lease_token: this.options.tokens.mint({ ...row, policyType: job.policyType }),
      lease_expires_at: Math.floor(row.expiresAt / 1_000),
      attempt: row.attempt,
      org_id: row.orgId,
      job: presentJob(job, Math.floor(outcome.decidedAt / 1_000)),
      input: job.input,
    };
    return { lease, position: outcome.position };
  }
}

function claimOf({ holder }: WorkerCaller, { max, leaseSeconds, requestId }: LeaseRequest): Claim {
  return { max, leaseSeconds, holder, requestId };
}

/** As `claim_jobs` has it. */
function isWithin({ orgId, policyTypes }: ClaimScope, job: DueJob): boolean {
  return (orgId === null || orgId === job.orgId) && (policyTypes === null || policyTypes.includes(job.policyType));
}

/** Whoever has the same looks for the same. */
function groupOf({ orgId, policyTypes }: ClaimScope): string {
  return JSON.stringify([orgId, policyTypes]);
}
