import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { JsonObject } from '#libs/domain';
import { toBase62 } from '#libs/auth';
import { entropyPiece } from '../../write-side/idempotency/intent.js';
import type { FirstAnswer, WriteAnswer } from '../../write-side/idempotency/write-answer.js';
import type { WriteContext } from '../../write-side/write-context.js';
import type { JobSchemas } from '../job-schemas.js';
import { sha256Of } from '../sha256-of.js';
import type { JobWrites } from '../job-writes.js';

export interface SubmitJobInput {
  readonly policyType: string;
  readonly input: JsonObject;
  /** Undefined: as the policy type says, here and below. */
  readonly priority: number | undefined;
  readonly maxAttempts: number | undefined;
  /** Unix seconds; null: at once. */
  readonly scheduledFor: number | null;
  readonly metadata: JsonObject;
}

/** Makes a job; workers may lease it as soon as it is due. */
export class SubmitJob extends Command<WriteAnswer> {
  constructor(
    readonly context: WriteContext,
    readonly input: SubmitJobInput,
    /** What to answer in place of the new job; see `JobWrite`. */
    readonly answer?: (jobId: string, submitted: FirstAnswer) => Promise<FirstAnswer>,
  ) {
    super();
  }
}

@CommandHandler(SubmitJob)
export class SubmitJobHandler implements ICommandHandler<SubmitJob> {
  constructor(
    private readonly jobs: JobWrites,
    private readonly schemas: JobSchemas,
  ) {}

  execute({ context, input, answer }: SubmitJob): Promise<WriteAnswer> {
    const { orgId, type: callerType } = context.caller;
    return this.jobs.run(context, async ({ entropy, repeatedSince }) => {
      const jobId = jobIdFrom(entropyPiece(entropy, 0));
      const policyType = await this.schemas.policyType(orgId, input.policyType);
      // A repeated request whose job is there already is not held against a schema that was changed since.
      if (repeatedSince === null || !(await this.jobs.isSubmitted(jobId))) {
        await this.schemas.assertInput(orgId, policyType, input.input);
      }
      return {
        jobId,
        startsStream: true,
        status: 202,
        location: `/v1/jobs/${jobId}`,
        ...(answer === undefined ? {} : { answer: (submitted) => answer(jobId, submitted) }),
        command: (now) => ({
          kind: 'SubmitJob',
          jobId,
          policyType: input.policyType,
          source: callerType === 'api_key' ? 'api' : 'web',
          input: input.input,
          inputSha256: sha256Of(input.input),
          priority: input.priority ?? policyType.defaults.priority,
          maxAttempts: input.maxAttempts ?? policyType.defaults.maxAttempts,
          scheduledFor: input.scheduledFor,
          metadata: input.metadata,
          now,
        }),
      };
    });
  }
}

/** `job_` and 24 base62 characters, of 32 random bytes. */
function jobIdFrom(entropy: Buffer): string {
  return `job_${toBase62(BigInt(`0x${entropy.toString('hex')}`), 24)}`;
}
