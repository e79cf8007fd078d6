import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
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
    if (change === 'CancelJob') await this.#tellWorker(context.caller.orgId, jobId);
    return answer;
  }

  /** The job is cancelled already, and without this mark the worker learns it from the read model. */
  async #tellWorker(orgId: string, jobId: string): Promise<void> {
    try {
      await this.leases.requestCancel(orgId, jobId);
    } catch (error) {
      this.logger.warn({ err: error, job_id: jobId }, 'the lease of a cancelled job was not marked');
    }
  }
}
