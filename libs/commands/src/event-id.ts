import { nameBasedId } from './name-based-id.js';

/**
 * The id of a command's n-th event: uuid v5 of the number within the command's id as namespace. A repeated command gives
 * the same ids, so that the store recognises what it has already.
 */
export function eventId(commandId: string, index: number): string {
  return nameBasedId(commandId, String(index));
}
