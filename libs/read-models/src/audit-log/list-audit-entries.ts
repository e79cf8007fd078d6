import type { Transaction } from 'kysely';
import type { ReadModelTables } from '../schema/read-model-tables.js';
import { auditFilter, type AuditFilter } from './audit-filter.js';
import { toRecordedEntry, type RecordedEntry } from './recorded-entry.js';

export interface AuditPage {
  readonly limit: number;
  /** `seq` of the last entry of the page before; null begins with the newest. */
  readonly beforeSeq: number | null;
  /** Entries to leave out from there on. */
  readonly offset: number;
}

/** Entries of the audit log, newest first, within a transaction of the organization. */
export async function listAuditEntries(
  transaction: Transaction<ReadModelTables>,
  orgId: string,
  filter: AuditFilter,
  { limit, beforeSeq, offset }: AuditPage,
): Promise<readonly RecordedEntry[]> {
  let entries = transaction.selectFrom('read_models.audit_entries').selectAll().where(auditFilter(orgId, filter));
  if (beforeSeq !== null) entries = entries.where('seq', '<', String(beforeSeq));
  const rows = await entries.orderBy('seq', 'desc').limit(limit).offset(offset).execute();
  return rows.map(toRecordedEntry);
}
