import { presentKey } from '#libs/domain';
import { keyOf, type LineageWrite } from './api-key-writes.js';

/**
 * Answers 200 with the key as `GET` shows it right after the command. When it was used last is asked before the
 * command: a database that is out of reach then refuses the request while nothing has happened yet.
 */
export function answerWithKey(keyId: string, lastUsedAt: number | null): LineageWrite['answer'] {
  return async ({ state, decidedAt }) => ({
    status: 200,
    body: presentKey(keyOf(state, keyId), Math.floor(decidedAt / 1000), lastUsedAt),
  });
}
