import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import { EVENT_CATALOGUE, type DomainEventType, type EventGroup, type TargetType } from '#libs/domain';
import { containsPattern } from '../contains-pattern.js';
import type { ReadModelTables } from '../schema/read-model-tables.js';
import { isAuditEntry } from './is-audit-entry.js';
import { trailOf } from './trail-of.js';

/** What an entry must be. An empty list and null ask for nothing; several values of one list are alternatives. */
export interface AuditFilter {
  /** Unix milliseconds, inclusive. */
  readonly startMs: number | null;
  /** Unix milliseconds, exclusive. */
  readonly endMs: number | null;
  readonly groups: readonly EventGroup[];
  readonly types: readonly DomainEventType[];
  readonly targetTypes: readonly TargetType[];
  readonly targetIds: readonly string[];
  readonly actorIds: readonly string[];
  /** Part of summary, target name, actor name or reason, in any case. */
  readonly search: string | null;
}

type Entries = ExpressionBuilder<ReadModelTables, 'read_models.audit_entries'>;

/** The rows of one organization that the filter asks for, as a condition for every query over the audit log. */
export function auditFilter(orgId: string, filter: AuditFilter): (entries: Entries) => Expression<SqlBool> {
  const { startMs, endMs, groups, types, targetTypes, targetIds, actorIds, search } = filter;
  return (entries) => {
    const conditions = [entries('org_id', '=', orgId), isAuditEntry(entries)];
    if (startMs !== null) conditions.push(entries('occurred_at', '>=', String(startMs)));
    if (endMs !== null) conditions.push(entries('occurred_at', '<', String(endMs)));
    // A group is nothing but its types, and those have the index.
    if (groups.length > 0) conditions.push(entries('event_type', 'in', typesOf(groups)));
    if (types.length > 0) conditions.push(entries('event_type', 'in', types));
    if (targetTypes.length > 0) conditions.push(entries('target_type', 'in', targetTypes));
    if (targetIds.length > 0) {
      // The index goes by trail; the id itself is then looked at in the few rows of that trail.
      conditions.push(entries('target_lineage', 'in', targetIds.map(trailOf)), entries('target_id', 'in', targetIds));
    }
    if (actorIds.length > 0) conditions.push(entries('actor_id', 'in', actorIds));
    if (search !== null) conditions.push(entries('search', 'like', containsPattern(search)));
    return entries.and(conditions);
  };
}

function typesOf(groups: readonly EventGroup[]): readonly DomainEventType[] {
  const isOfThem = (type: string): type is DomainEventType => groups.some((group) => group === CATALOGUE[type]?.group);
  return Object.keys(CATALOGUE).filter(isOfThem);
}

const CATALOGUE: Readonly<Record<string, { readonly group: EventGroup }>> = EVENT_CATALOGUE;
