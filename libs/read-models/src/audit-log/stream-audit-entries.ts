import type { Kysely } from 'kysely';
import { inOrganization } from '#libs/postgres';
import { readOnce, type ReadPage } from '../read-page.js';
import type { ReadModelTables } from '../schema/read-model-tables.js';
import type { AuditFilter } from './audit-filter.js';
import { listAuditEntries } from './list-audit-entries.js';
import { newestSeq } from './newest-seq.js';
import type { RecordedEntry } from './recorded-entry.js';

const PAGE = 1_000;

/**
 * All entries that the filter finds, newest first, page after page of 1,000, so that memory does not grow with them. What
 * is added after the start is not among them. No transaction stays open while the reader is slow.
 * @throws DatabaseUnavailable
 */
export async function* streamAuditEntries(
  database: Kysely<ReadModelTables>,
  orgId: string,
  filter: AuditFilter,
  readPage: ReadPage = readOnce,
): AsyncGenerator<readonly RecordedEntry[], void, undefined> {
  let beforeSeq: number = (await readPage(() => newestSeq(database, orgId))) + 1;
  for (;;) {
    const page = { limit: PAGE, beforeSeq, offset: 0 };
    const entries = await readPage(() =>
      inOrganization(database, orgId, (transaction) => listAuditEntries(transaction, orgId, filter, page)),
    );
    if (entries.length > 0) yield entries;
    const last = entries.at(-1);
    if (last === undefined || entries.length < PAGE) return;
    beforeSeq = last.seq;
  }
}
