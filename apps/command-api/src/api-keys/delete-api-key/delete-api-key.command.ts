import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { WriteAnswer } from '../../write-side/idempotency/write-answer.js';
import type { WriteContext } from '../../write-side/write-context.js';
import type { ApiKeyWrites } from '../api-key-writes.js';

/** Takes a key out of every list and look-up; what happened to it stays in the log. */
export class DeleteApiKey extends Command<WriteAnswer> {
  constructor(
    readonly context: WriteContext,
    readonly keyId: string,
  ) {
    super();
  }
}

@CommandHandler(DeleteApiKey)
export class DeleteApiKeyHandler implements ICommandHandler<DeleteApiKey> {
  constructor(private readonly apiKeys: ApiKeyWrites) {}

  execute({ context, keyId }: DeleteApiKey): Promise<WriteAnswer> {
    return this.apiKeys.run(context, () => ({
      keyId,
      reason: null,
      command: (now) => ({ kind: 'DeleteApiKey', keyId, reason: null, now }),
      answer: async () => ({ status: 204, body: null }),
    }));
  }
}
