import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { WriteAnswer } from '../../write-side/idempotency/write-answer.js';
import type { WriteContext } from '../../write-side/write-context.js';
import { answerWithKey } from '../answer-with-key.js';
import type { ApiKeyWrites } from '../api-key-writes.js';

/** `RevokeApiKey` ends a key for good, `SuspendApiKey` stops it until `ReactivateApiKey` lets it work again. */
export type ApiKeyTransition = 'RevokeApiKey' | 'SuspendApiKey' | 'ReactivateApiKey';

/** Brings a key into another state; in that state already, it changes nothing. */
export class TransitionApiKey extends Command<WriteAnswer> {
  constructor(
    readonly context: WriteContext,
    readonly transition: ApiKeyTransition,
    readonly keyId: string,
    readonly reason: string | null,
  ) {
    super();
  }
}

@CommandHandler(TransitionApiKey)
export class TransitionApiKeyHandler implements ICommandHandler<TransitionApiKey> {
  constructor(private readonly apiKeys: ApiKeyWrites) {}

  async execute({ context, transition, keyId, reason }: TransitionApiKey): Promise<WriteAnswer> {
    const lastUsedAt = await this.apiKeys.lastUsedAt(context.caller.orgId, keyId);
    return this.apiKeys.run(context, () => ({
      keyId,
      reason,
      command: (now) => ({ kind: transition, keyId, reason, now }),
      answer: answerWithKey(keyId, lastUsedAt),
    }));
  }
}
