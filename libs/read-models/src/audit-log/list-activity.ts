import type { Kysely } from 'kysely';
import type { TargetType } from '#libs/domain';
import { inOrganization } from '#libs/postgres';
import type { ReadModelTables } from '../schema/read-model-tables.js';
import { isAuditEntry } from './is-audit-entry.js';
import { toRecordedEntry, type RecordedEntry } from './recorded-entry.js';
import { trailOf } from './trail-of.js';

export interface ActivityTarget {
  readonly type: TargetType;
  readonly id: string;
}

export interface ActivityPage {
  readonly limit: number;
  /** `seq` of the last entry of the page before; null begins with the newest. */
  readonly beforeSeq: number | null;
}

/** What happened to one object, of a key to its whole lineage, newest first; empty for an unknown one. @throws DatabaseUnavailable */
export function listActivity(
  database: Kysely<ReadModelTables>,
  orgId: string,
  target: ActivityTarget,
  { limit, beforeSeq }: ActivityPage,
): Promise<readonly RecordedEntry[]> {
  return inOrganization(database, orgId, async (transaction) => {
    let entries = transaction
      .selectFrom('read_models.audit_entries')
      .selectAll()
      .where('org_id', '=', orgId)
      .where(isAuditEntry)
      .where('target_lineage', '=', trailOf(target.id))
      .where('target_type', '=', target.type);
    if (beforeSeq !== null) entries = entries.where('seq', '<', String(beforeSeq));
    const rows = await entries.orderBy('seq', 'desc').limit(limit).execute();
    return rows.map(toRecordedEntry);
  });
}
