import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import type { ReadModelTables } from '../schema/read-model-tables.js';

/** The row is an entry. The bare column, not a parameter: the planner has to know that the partial indexes serve. */
export function isAuditEntry(
  entries: ExpressionBuilder<ReadModelTables, 'read_models.audit_entries'>,
): Expression<SqlBool> {
  return entries.ref('is_entry');
}
