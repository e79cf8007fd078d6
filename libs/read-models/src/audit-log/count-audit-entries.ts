import type { Transaction } from 'kysely';
import type { ReadModelTables } from '../schema/read-model-tables.js';
import { auditFilter, type AuditFilter } from './audit-filter.js';

export interface AuditCount {
  readonly total: number;
  /** Those that come ahead of a page which begins before `beforeSeq`; 0 where none was named. */
  readonly ahead: number;
}

/** How many entries the filter finds, and how many of them a page's cursor has passed; within a transaction of the organization. */
export async function countAuditEntries(
  transaction: Transaction<ReadModelTables>,
  orgId: string,
  filter: AuditFilter,
  beforeSeq: number | null,
): Promise<AuditCount> {
  const { total, ahead } = await transaction
    .selectFrom('read_models.audit_entries')
    .select((entries) => [
      entries.fn.countAll<string>().as('total'),
      entries.fn
        .countAll<string>()
        .filterWhere('seq', '>=', beforeSeq === null ? entries.val(null) : String(beforeSeq))
        .as('ahead'),
    ])
    .where(auditFilter(orgId, filter))
    .executeTakeFirstOrThrow();
  return { total: Number(total), ahead: Number(ahead) };
}
