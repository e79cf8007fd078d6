import { presentKey } from '#libs/domain';
import type { WriteContext } from '../write-side/write-context.js';
import { keyOf, type ApiKeyWrites, type LineageWrite } from './api-key-writes.js';

/** Answers 200 with the key as `GET` shows it right after the command. */
export function answerWithKey(apiKeys: ApiKeyWrites, context: WriteContext, keyId: string): LineageWrite['answer'] {
  return async ({ state, decidedAt }) => ({
    status: 200,
    body: presentKey(
      keyOf(state, keyId),
      Math.floor(decidedAt / 1000),
      await apiKeys.lastUsedAt(context.caller.orgId, keyId),
    ),
  });
}
