import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { toBase62 } from '#libs/auth';
import { jobStreams, CommandRunner } from '#libs/commands';
import { NO_USAGE, jobStream, type SubmitJob } from '#libs/domain';
import { toPosition } from '#libs/event-store';
import { PostgresEventStore, eventStoreMigrations } from '#libs/event-store-postgres';
import { ProductMetrics, SILENT } from '#libs/observability';
import { createPool, migrate, roleUrl } from '#libs/postgres';
import { CheckpointWaiter } from '#libs/projections';
import { JobsProjection } from '#libs/read-models';
import { commandApiMigrations } from '../../apps/command-api/src/command-api-migrations.js';
import { sha256Of } from '../../apps/command-api/src/jobs/sha256-of.js';
import { dueJob } from '../../apps/command-api/src/worker/due-job.js';
import { JobQueue } from '../../apps/command-api/src/worker/job-queue.js';
import type { Lease } from '../../apps/command-api/src/worker/lease-desk.js';
import type { WorkerCaller } from '../../apps/command-api/src/worker/worker-caller.js';
import { expiryNoticeMigrations } from '../../apps/projector/src/announce-expiry/expiry-notice.migrations.js';
import { createProjector, type Projector } from '../../apps/projector/src/create-projector.js';
import { JOB_INPUT, JOB_RESULT } from './bench-job.js';
import type { JobRig } from './job-rig.js';

export const BENCH_ORG = 'org_bench';
/** Wired as the API does it. */
const POOL_CONNECTIONS = 10;
const JOBS = { name: 'jobs', version: new JobsProjection().version };
const WORKER: WorkerCaller = {
  caller: { type: 'platform', id: '0123456789ab' },
  ...{ orgId: null, holder: 'platform 0123456789ab', requestId: 'bench', ip: '203.0.113.7', userAgent: 'bench' },
};
const RESULT_SHA256 = sha256Of(JOB_RESULT);

/** The product's queue without HTTP: every step an event in the log, with all projections running in this process. */
export class OwnJobs implements JobRig {
  private constructor(
    readonly store: PostgresEventStore,
    private readonly runner: CommandRunner,
    private readonly queue: JobQueue,
    private readonly projector: Projector,
    readonly close: () => Promise<void>,
  ) {}

  static async open(ownerUrl: string): Promise<OwnJobs> {
    await migrate(ownerUrl, [...eventStoreMigrations, ...commandApiMigrations, ...expiryNoticeMigrations]);
    const logger = SILENT;
    const store = await PostgresEventStore.open({ ownerUrl, logger });
    const projector = createProjector({ ownerUrl, eventStore: store, logger });
    projector.start();
    const pool = createPool({ ownerUrl, role: 'api', max: POOL_CONNECTIONS, onIdleError: () => undefined });
    const waiter = new CheckpointWaiter({ url: roleUrl(ownerUrl, 'api'), logger });
    const clock = (): number => Date.now();
    const runner = new CommandRunner({ store, clock, onAppended: () => undefined });
    const queue = new JobQueue({
      ...{ pool, store, runner, tokenKey: randomBytes(32), clock, logger },
      metrics: new ProductMetrics({ processMetrics: false }),
      progress: {
        mark: () => waiter.lastSeen(JOBS),
        movedOn: (mark, timeoutMs, signal) => waiter.waitFor(JOBS, toPosition(mark + 1n), timeoutMs, signal),
      },
    });
    queue.start();
    return new OwnJobs(store, runner, queue, projector, async () => {
      await queue.sendAway();
      await queue.stop();
      await Promise.all([waiter.close(), projector.stop()]);
      await pool.end();
      await store.close();
    });
  }

  async submit(): Promise<void> {
    const jobId = newJobId();
    const { state, decidedAt } = await this.runner.run({
      type: jobStreams,
      stream: jobStream(jobId),
      commandId: randomUUID(),
      metadata: {
        ...{ org_id: BENCH_ORG, actor: { type: 'api_key', id: 'ak_0000000000000000', name: 'bench' } },
        ...{ request_id: 'bench', correlation_id: 'bench', reason: null, ip: WORKER.ip, user_agent: WORKER.userAgent },
      },
      command: (now): SubmitJob => ({
        kind: 'SubmitJob',
        source: 'api',
        ...{ jobId, policyType: 'auto', now },
        ...{ input: JOB_INPUT, inputSha256: sha256Of(JOB_INPUT), metadata: {} },
        ...{ priority: 5, maxAttempts: 3, scheduledFor: null },
      }),
      startsStream: true,
      repeated: false,
    });
    // As the API does it.
    const due = state.job === null ? null : dueJob(BENCH_ORG, state.job, decidedAt);
    if (due !== null) this.queue.desk.offer(due);
  }

  async work(jobs: number, workers: number): Promise<void> {
    const over = new AbortController();
    let completed = 0;
    const worker = async (): Promise<void> => {
      while (completed < jobs) {
        for (const lease of await this.#lease(over.signal)) {
          await this.#complete(lease);
          // Who still waits has nothing to wait for.
          if (++completed === jobs) over.abort();
        }
      }
    };
    await Promise.all(Array.from({ length: workers }, worker));
  }

  async settle(): Promise<void> {
    const head = await this.store.head();
    const isBehind = (): boolean => this.projector.status().some((status) => status.position < head);
    while (isBehind()) await delay(10);
  }

  async #lease(signal: AbortSignal): Promise<readonly Lease[]> {
    const asked = {
      ...{ policyTypes: null, max: 1, waitSeconds: 5, workerId: null, leaseSeconds: 60, requestId: null },
      assertStillAllowed: async () => undefined,
    };
    return (await this.queue.desk.lease(WORKER, asked, signal)).map(({ lease }) => lease);
  }

  async #complete({ job, lease_token: token }: Lease): Promise<void> {
    const attempt = await this.queue.attempts.attemptOf(WORKER, job.id, token);
    const standing = await this.queue.attempts.leaseOf(attempt);
    await this.queue.attempts.finish(WORKER, attempt, standing, 'completed', NO_USAGE, (now, leaseEndsAt) => ({
      kind: 'CompleteJob',
      ...{ jobId: job.id, attempt: attempt.attempt, usage: NO_USAGE, leaseEndsAt, now },
      ...{ result: JOB_RESULT, resultSha256: RESULT_SHA256 },
    }));
  }
}

export function newJobId(): string {
  return `job_${toBase62(BigInt(`0x${randomBytes(32).toString('hex')}`), 24)}`;
}
