import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { PresentedJobInFull } from '#libs/domain';
import type { Logger } from '#libs/observability';
import type { LeaseRows } from '../../worker/lease-rows.js';
import type { WriteAnswer } from '../../write-side/idempotency/write-answer.js';
import type { WriteContext } from '../../write-side/write-context.js';
import type { JobWrites } from '../job-writes.js';

/** `CancelJob` ends a job that is not finished, `RetryJob` lets one that failed or was cancelled be tried again. */
export type JobChange = 'CancelJob' | 'RetryJob';

export class ChangeJob extends Command<WriteAnswer> {
  constructor(
    readonly context: WriteContext,
    readonly change: JobChange,
    readonly jobId: string,
  ) {
    super();
  }
}

@CommandHandler(ChangeJob)
export class ChangeJobHandler implements ICommandHandler<ChangeJob> {
  constructor(
    private readonly jobs: JobWrites,
    private readonly leases: Pick<LeaseRows, 'requestCancel'>,
    private readonly logger: Logger,
  ) {}

  async execute({ context, change, jobId }: ChangeJob): Promise<WriteAnswer> {
    const answer = await this.jobs.run(context, async () => ({
      jobId,
      status: 200,
      command: (now) => ({ kind: change, jobId, now }),
    }));
    if (change === 'CancelJob' && !answer.replayed) await this.#tellWorker(context.caller.orgId, jobId, answer);
    return answer;
  }

  /** The job is cancelled already, and without this mark the worker learns it from the read model. */
  async #tellWorker(orgId: string, jobId: string, { body }: WriteAnswer): Promise<void> {
    // What `JobWrites` answers with.
    const { attempt_history: attempts } = body as PresentedJobInFull;
    const last = attempts.at(-1);
    if (last?.outcome !== 'cancelled') return;
    try {
      await this.leases.requestCancel({ orgId, jobId, attempt: last.attempt });
    } catch (error) {
      this.logger.warn({ err: error, job_id: jobId }, 'the lease of a cancelled job was not marked');
    }
  }
}
