import type { Kysely } from 'kysely';
import type { ReadModelTables } from '#libs/read-models';
import type { Cursors } from '../http/cursors.js';

/** What every query of the API needs. */
export class ReadSide {
  constructor(
    /** Under the api role. */
    readonly database: Kysely<ReadModelTables>,
    readonly cursors: Cursors,
    /** Unix milliseconds. */
    readonly clock: () => number,
  ) {}

  nowSeconds(): number {
    return Math.floor(this.clock() / 1_000);
  }
}
