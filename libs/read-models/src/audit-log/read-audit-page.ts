import type { Kysely } from 'kysely';
import { inOrganization } from '#libs/postgres';
import type { ReadModelTables } from '../schema/read-model-tables.js';
import type { AuditFilter } from './audit-filter.js';
import { countAuditEntries, type AuditCount } from './count-audit-entries.js';
import { listAuditEntries, type AuditPage } from './list-audit-entries.js';
import type { RecordedEntry } from './recorded-entry.js';

export interface CountedEntries extends AuditCount {
  /** Newest first. */
  readonly entries: readonly RecordedEntry[];
}

/**
 * A page of the audit log with the count that belongs to it. Both are of one instant: as two statements beside each
 * other, an entry written meanwhile stood in one of them alone, and the range did not fit the total.
 * @throws DatabaseUnavailable
 */
export function readAuditPage(
  database: Kysely<ReadModelTables>,
  orgId: string,
  filter: AuditFilter,
  page: AuditPage,
): Promise<CountedEntries> {
  return inOrganization(
    database,
    orgId,
    async (transaction) => ({
      entries: await listAuditEntries(transaction, orgId, filter, page),
      ...(await countAuditEntries(transaction, orgId, filter, page.beforeSeq)),
    }),
    'repeatable read',
  );
}
