import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { assertMayUpdate, resolveUpdate, validName, type KeyAccess, type ScopeCatalogue } from '#libs/domain';
import type { WriteAnswer } from '../../write-side/idempotency/write-answer.js';
import type { WriteContext } from '../../write-side/write-context.js';
import { answerWithKey } from '../answer-with-key.js';
import { grantorOf, type ApiKeyWrites } from '../api-key-writes.js';

/** What is undefined stays; a null description clears it. */
export interface UpdateApiKeyInput {
  readonly name: string | undefined;
  readonly description: string | null | undefined;
  readonly access: KeyAccess | undefined;
  readonly scopes: readonly string[] | undefined;
}

/** Changes a key's name, description or rights. */
export class UpdateApiKey extends Command<WriteAnswer> {
  constructor(
    readonly context: WriteContext,
    readonly keyId: string,
    readonly input: UpdateApiKeyInput,
  ) {
    super();
  }
}

@CommandHandler(UpdateApiKey)
export class UpdateApiKeyHandler implements ICommandHandler<UpdateApiKey> {
  constructor(
    private readonly apiKeys: ApiKeyWrites,
    private readonly catalogue: ScopeCatalogue,
  ) {}

  async execute({ context, keyId, input }: UpdateApiKey): Promise<WriteAnswer> {
    // The shape comes before the grants, and both before a replay: a caller who lost a grant is not
    // shown the stored answer.
    const name = input.name === undefined ? undefined : validName(input.name);
    const change = resolveUpdate(this.catalogue, input);
    const grantor = grantorOf(context.caller);
    if (grantor.kind === 'api_key') {
      const { keys } = await this.apiKeys.lineage(context.caller.orgId, keyId);
      assertMayUpdate(grantor, keys.find(({ id }) => id === keyId) ?? null, change);
    }
    const lastUsedAt = await this.apiKeys.lastUsedAt(context.caller.orgId, keyId);
    return this.apiKeys.run(context, () => ({
      keyId,
      reason: null,
      command: (now) => ({
        kind: 'UpdateApiKey',
        name,
        description: input.description,
        ...change,
        keyId,
        grantor,
        now,
      }),
      answer: answerWithKey(keyId, lastUsedAt),
    }));
  }
}
