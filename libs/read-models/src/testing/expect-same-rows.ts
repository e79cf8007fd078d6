import type { StoredEvent } from '#libs/event-store';
import type { Projection } from '#libs/projections';
import type { ReadModelDatabase } from './read-model-database.js';

/** Two instances of one projection, for they have caches; they may differ in how much those hold. */
export interface PagedAndWhole {
  readonly log: readonly StoredEvent[];
  /** A page ends after each of so many events. */
  readonly cuts: readonly number[];
  readonly inPages: Projection;
  readonly whole: Projection;
}

/**
 * For tests: the log gives the same rows in those pages, in one, and when it is projected once more. The rows are there
 * afterwards, and nothing that was there before.
 */
export async function expectSameRows(
  database: ReadModelDatabase,
  tables: readonly string[],
  { log, cuts, inPages, whole }: PagedAndWhole,
): Promise<void> {
  await database.forget();
  await database.project(inPages, log, cuts);
  const rows = await database.rows(tables);
  await database.project(whole, log);
  expect(await database.rows(tables)).toEqual(rows);
  await database.forget();
  await database.project(whole, log);
  expect(await database.rows(tables)).toEqual(rows);
}
