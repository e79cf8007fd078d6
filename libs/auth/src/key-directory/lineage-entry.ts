import type { KeyState } from '#libs/domain';

/** All keys of one lineage, right after the event of that revision. */
export interface LineageEntry {
  readonly lineage: string;
  readonly orgId: string;
  readonly revision: number;
  /**
   * Oldest first. What decides whether a key authenticates and as what is there; texts that nobody asks for here
   * (description, hint, reasons, who made it) are blank, so that many keys fit.
   */
  readonly keys: readonly KeyState[];
}
