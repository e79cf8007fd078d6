import type { KeyState } from '#libs/domain';

/** A key as it stands, with what the log does not know: when it was last used, Unix seconds. */
export interface KeyWithUse {
  readonly key: KeyState;
  readonly lastUsedAt: number | null;
  /** Number of the event that made it within its organization: where a list goes on behind it. */
  readonly createdSeq: number;
}

interface KeyRow {
  readonly state: KeyState;
  readonly created_seq: string;
  readonly last_used_at: string | null;
}

export function toKeyWithUse({ state, created_seq, last_used_at }: KeyRow): KeyWithUse {
  return {
    key: state,
    lastUsedAt: last_used_at === null ? null : Number(last_used_at),
    createdSeq: Number(created_seq),
  };
}
