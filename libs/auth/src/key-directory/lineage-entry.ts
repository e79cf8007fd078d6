import type { KeyState } from '#libs/domain';

/** One key as the directory keeps it. */
export interface DirectoryKey {
  /** What decides whether the key authenticates and as what. Texts that nobody asks for here (description, hint, hash,
   * reasons, who made it) are blank, so that many keys fit. */
  readonly state: KeyState;
  /** 32 bytes. */
  readonly hash: Buffer;
}

/** All keys of one lineage, right after the event of that revision. */
export interface LineageEntry {
  readonly lineage: string;
  readonly orgId: string;
  readonly revision: number;
  readonly keys: readonly DirectoryKey[];
}
