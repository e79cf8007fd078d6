import type { Kysely } from 'kysely';
import { presentKey, type PresentedKey } from '#libs/domain';
import type { KeyWithUse, ReadModelTables } from '#libs/read-models';
import type { Cursors } from '../http/cursors.js';

/** What every query of the API needs. */
export class ReadSide {
  constructor(
    /** Under the api role. */
    readonly database: Kysely<ReadModelTables>,
    /** The same by few connections of their own, so that downloads take none from other requests. */
    readonly downloads: Kysely<ReadModelTables>,
    readonly cursors: Cursors,
    /** Unix milliseconds. */
    readonly clock: () => number,
    /** The second of a use that was not written yet. */
    private readonly pendingUse: (keyId: string) => number | null,
  ) {}

  /** A key as `GET` shows it at that second. */
  present({ key, lastUsedAt }: KeyWithUse, nowSeconds: number): PresentedKey {
    const pending = this.pendingUse(key.id);
    return presentKey(key, nowSeconds, pending === null ? lastUsedAt : Math.max(pending, lastUsedAt ?? 0));
  }

  nowSeconds(): number {
    return Math.floor(this.clock() / 1_000);
  }
}
