import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandRunner } from '#libs/commands';
import { DomainRejection, presentPolicyType, type FieldProblem, type JsonObject } from '#libs/domain';
import type { Position } from '#libs/event-store';
import type { JsonSchemas } from '#libs/json-schemas';
import type { IdempotentWrites } from '../../write-side/idempotency/idempotent-writes.js';
import type { WriteAnswer } from '../../write-side/idempotency/write-answer.js';
import { commandMetadata, type WriteContext } from '../../write-side/write-context.js';
import { policyTypeStreams, streamOfPolicyType } from '../policy-type-streams.js';

export interface PutPolicyTypeInput {
  readonly type: string;
  readonly title: string;
  readonly inputSchema: JsonObject | boolean | null;
  readonly resultSchema: JsonObject | boolean | null;
  readonly defaults: { readonly priority: number | undefined; readonly maxAttempts: number | undefined };
}

/** Makes a policy type, or says anew what it is. */
export class PutPolicyType extends Command<WriteAnswer> {
  constructor(
    readonly context: WriteContext,
    readonly input: PutPolicyTypeInput,
  ) {
    super();
  }
}

export interface PutPolicyTypeOptions {
  readonly runner: CommandRunner;
  readonly writes: IdempotentWrites;
  readonly schemas: Pick<JsonSchemas, 'check'>;
  readonly sealPosition: (position: Position) => string;
}

@CommandHandler(PutPolicyType)
export class PutPolicyTypeHandler implements ICommandHandler<PutPolicyType> {
  constructor(private readonly options: PutPolicyTypeOptions) {}

  /** @throws DomainRejection `validation_failed`, `invalid_schema` @throws SchemaCheckUnavailable */
  async execute({ context, input: { type, ...input } }: PutPolicyType): Promise<WriteAnswer> {
    const { orgId } = context.caller;
    const stream = streamOfPolicyType(orgId, type);
    if (stream === null) throw DomainRejection.ofField('type', 'must be 1 to 64 of the characters a-z, 0-9, _ and -');
    await this.#assertSchemas(orgId, { input_schema: input.inputSchema, result_schema: input.resultSchema });
    const { runner, writes, sealPosition } = this.options;
    return writes.run(context, async ({ commandId, repeatedSince, begunAt }) => {
      const { state, events, position } = await runner.run({
        type: policyTypeStreams,
        stream,
        commandId,
        repeated: repeatedSince !== null,
        begunAt,
        metadata: commandMetadata(context, null),
        command: (now) => ({ kind: 'PutPolicyType' as const, policyType: type, ...input, now }),
      });
      if (state.policyType === null) throw new Error('a policy type that was put is not there');
      const isNew = events[0]?.type === 'policy_type.created';
      const body = presentPolicyType(state.policyType);
      return { status: isNew ? 201 : 200, body, location: null, logPosition: sealPosition(position) };
    });
  }

  async #assertSchemas(orgId: string, schemas: Readonly<Record<string, JsonObject | boolean | null>>): Promise<void> {
    const problems: FieldProblem[] = [];
    for (const [field, schema] of Object.entries(schemas)) {
      const message = schema === null ? null : await this.options.schemas.check(orgId, schema);
      if (message !== null) problems.push({ field, message });
    }
    const [first] = problems;
    if (first === undefined) return;
    throw new DomainRejection('invalid_schema', `${first.field} ${first.message}.`, { fields: problems });
  }
}
