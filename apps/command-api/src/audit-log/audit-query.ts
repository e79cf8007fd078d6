import { EVENT_CATALOGUE, type DomainEventType, type EventGroup, type JsonObject, type TargetType } from '#libs/domain';
import type { AuditFilter } from '#libs/read-models';
import { queryParameter } from '../http/query-parameters.js';
import type { QueryValues } from '../http/query-specification.js';

/** The groups of entries with what people call them. */
export const AUDIT_GROUPS: Readonly<Record<EventGroup, string>> = {
  integrations: 'Integrations',
  jobs: 'Jobs',
  configuration: 'Configuration',
  access: 'Access',
};
export const AUDIT_TARGET_TYPES: readonly TargetType[] = ['api_key', 'job', 'webhook', 'policy_type', 'audit_log'];

const isEventGroup = (name: string): name is EventGroup => Object.hasOwn(AUDIT_GROUPS, name);
const isEventType = (name: string): name is DomainEventType => Object.hasOwn(EVENT_CATALOGUE, name);

/** The parameters that choose entries, the same for the list and the export. */
export const auditFilterQuery = {
  start_ts: queryParameter.time('Only entries from here on'),
  end_ts: queryParameter.time('Only entries before'),
  event_groups: queryParameter.repeatedOneOf(Object.keys(AUDIT_GROUPS).filter(isEventGroup), 'Only these groups'),
  event_types: queryParameter.repeatedOneOf(Object.keys(EVENT_CATALOGUE).filter(isEventType), 'Only these types'),
  target_type: queryParameter.repeatedOneOf(AUDIT_TARGET_TYPES, 'Only entries about objects of these types'),
  target_id: queryParameter.repeatedText(200, 'Only entries about these objects'),
  actor_id: queryParameter.repeatedText(200, 'Only entries of these actors'),
  search: queryParameter.text(200, 'Part of summary, target name, actor name or reason, in any case'),
};

export type AuditFilterValues = QueryValues<typeof auditFilterQuery>;

export function toAuditFilter(values: AuditFilterValues): AuditFilter {
  return {
    startMs: values.start_ts,
    endMs: values.end_ts,
    groups: values.event_groups ?? [],
    types: values.event_types ?? [],
    targetTypes: values.target_type ?? [],
    targetIds: values.target_id ?? [],
    actorIds: values.actor_id ?? [],
    search: values.search,
  };
}

/** The filter as an export's own entry names it: what was asked for, under the names of the parameters. */
export function namedFilters(values: AuditFilterValues): JsonObject {
  const moment = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
  const named: JsonObject = { ...values, start_ts: moment(values.start_ts), end_ts: moment(values.end_ts) };
  return Object.fromEntries(Object.entries(named).filter((entry) => entry[1] !== null));
}
