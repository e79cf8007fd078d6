import { randomUUID } from 'node:crypto';
import { type CommandOutcome, type CommandRunner, jobStreams } from '#libs/commands';
import type { Actor, JobCommand, JobState } from '#libs/domain';
import { streamOf } from '../jobs/job-writes.js';
import type { LeasedAttempt } from './lease-tokens.js';
import type { WorkerCaller } from './worker-caller.js';

/** The expiry of leases, which nobody asks for. */
const LEASE_EXPIRY: Actor = { type: 'system', id: 'lease-expiry', name: 'Lease expiry' };

/**
 * Commands of workers on the streams of jobs. They need no idempotency key: an attempt's token says which attempt it is,
 * and the decider recognises what it has heard before.
 */
export class WorkerRuns {
  constructor(private readonly runner: CommandRunner) {}

  /** @throws DomainRejection as the decider refuses @throws EventStoreUnavailable */
  asWorker(
    worker: WorkerCaller,
    { orgId, jobId }: Pick<LeasedAttempt, 'orgId' | 'jobId'>,
    workerId: string | null,
    command: (now: number) => JobCommand,
  ): Promise<CommandOutcome<JobState>> {
    const { caller, requestId, ip, userAgent } = worker;
    const name = workerId ?? (caller.type === 'api_key' ? caller.name : null);
    return this.#run(orgId, jobId, { type: 'worker', id: caller.id, name }, { requestId, ip, userAgent }, command);
  }

  asSystem({ orgId, jobId }: LeasedAttempt, command: (now: number) => JobCommand): Promise<CommandOutcome<JobState>> {
    const origin = { requestId: `lease-expiry-${randomUUID()}`, ip: null, userAgent: null };
    return this.#run(orgId, jobId, LEASE_EXPIRY, origin, command);
  }

  #run(
    orgId: string,
    jobId: string,
    actor: Actor,
    { requestId, ip, userAgent }: Pick<WorkerCaller, 'requestId' | 'ip' | 'userAgent'>,
    command: (now: number) => JobCommand,
  ): Promise<CommandOutcome<JobState>> {
    return this.runner.run({
      type: jobStreams,
      stream: streamOf(jobId),
      commandId: randomUUID(),
      metadata: {
        ...{ org_id: orgId, actor, request_id: requestId, correlation_id: requestId },
        ...{ reason: null, ip, user_agent: userAgent },
      },
      command,
      repeated: false,
    });
  }
}
