import { type CommandOutcome, type CommandRunner, jobStreams } from '#libs/commands';
import {
  DomainRejection,
  isJobId,
  jobStream,
  presentJobInFull,
  type JobCommand,
  type JobFacts,
  type JobState,
} from '#libs/domain';
import type { EventStore, Position } from '#libs/event-store';
import type { IdempotentWrites, WriteAttempt } from '../write-side/idempotency/idempotent-writes.js';
import type { FirstAnswer, WriteAnswer } from '../write-side/idempotency/write-answer.js';
import { commandMetadata, type WriteContext } from '../write-side/write-context.js';
import { dueJob, type DueJob } from '../worker/due-job.js';

export interface JobWritesOptions {
  readonly store: EventStore;
  readonly runner: CommandRunner;
  readonly writes: IdempotentWrites;
  readonly sealPosition: (position: Position) => string;
  /** Told of each job that a write has left due, before the write is answered. */
  readonly onDue: (job: DueJob) => void;
}

/** One write on a job: what to decide, and how to answer what came of it. */
export interface JobWrite {
  readonly jobId: string;
  readonly command: (now: number) => JobCommand;
  readonly startsStream?: boolean;
  readonly status: 200 | 202;
  /** Where the job is to be found, for one that is new. */
  readonly location?: string;
  /** What to answer in place of the job, once that is known: until then the write counts as running. */
  readonly answer?: (written: FirstAnswer) => Promise<FirstAnswer>;
}

/** What the use cases that change jobs for clients have in common: one idempotent command on the job's stream. */
export class JobWrites {
  constructor(private readonly options: JobWritesOptions) {}

  /**
   * Answers the job as `GET` shows it right after the command.
   * @throws DomainRejection as the decider refuses
   * @throws IdempotencyRefused, EventStoreUnavailable, DatabaseUnavailable
   */
  run(context: WriteContext, write: (attempt: WriteAttempt) => Promise<JobWrite>): Promise<WriteAnswer> {
    return this.options.writes.run(context, async (attempt) => {
      const { jobId, command, startsStream, status, location = null, answer } = await write(attempt);
      const outcome = await this.options.runner.run({
        type: jobStreams,
        stream: streamOf(jobId),
        commandId: attempt.commandId,
        metadata: commandMetadata(context, null),
        command,
        startsStream,
        repeated: attempt.repeatedSince !== null,
        begunAt: attempt.begunAt,
      });
      const job = jobIn(outcome);
      const due = dueJob(context.caller.orgId, job, outcome.decidedAt);
      if (due !== null) this.options.onDue(due);
      const body = presentJobInFull(job, Math.floor(outcome.decidedAt / 1_000));
      const written = { status, body, location, logPosition: this.options.sealPosition(outcome.position) };
      return answer === undefined ? written : answer(written);
    });
  }

  /** Whether an earlier attempt at a submission came as far as the log. @throws EventStoreUnavailable */
  async isSubmitted(jobId: string): Promise<boolean> {
    return (await this.options.store.readStream(streamOf(jobId), { from: 0, limit: 1 })).length > 0;
  }
}

/** The job after a command that was not refused. */
export function jobIn({ state }: CommandOutcome<JobState>): JobFacts {
  if (state.job === null) throw jobNotFound();
  return state.job;
}

/** The one answer to an id that is unknown, of another organization, or of no form that ids have. */
export function jobNotFound(): DomainRejection {
  return new DomainRejection('job_not_found', 'Job not found.');
}

/** @throws DomainRejection `job_not_found` for what is no job's id */
export function streamOf(jobId: string): string {
  assertJobId(jobId);
  return jobStream(jobId);
}

/** @throws DomainRejection `job_not_found` for what is no job's id, before any store is asked for it */
export function assertJobId(id: string): void {
  if (!isJobId(id)) throw jobNotFound();
}
