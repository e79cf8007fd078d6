import type { KeyState } from '#libs/domain';
import { parseStates } from './history-entry.js';

/** A key as it stood at an instant: to be presented for its second. */
export interface KeyAsOf {
  readonly key: KeyState;
  /** Number of the event that made it within its organization: where a list goes on behind it. */
  readonly createdSeq: number;
}

interface KeyAsOfRow {
  readonly id: string;
  readonly created_seq: string;
  readonly states: string;
}

export function toKeyAsOf({ id, created_seq, states }: KeyAsOfRow): KeyAsOf {
  const key = parseStates(states).find((state) => state.id === id);
  if (key === undefined) throw new Error(`the history has no state of ${id} at an event that changed it`);
  return { key, createdSeq: Number(created_seq) };
}
