import type { DomainEvent, DomainEventType } from '../domain-event.js';
import type { FieldChange } from '../field-change.js';
import type { JsonObject } from '../json.js';
import type { Recorded } from '../recorded.js';
import { EVENT_CATALOGUE, type ActivityType, type EventGroup, type TargetType } from '../stored/event-catalogue.js';
import { isApiKeyEvent, parseStoredEvent, type StoredDomainEvent } from '../stored/parse-stored-event.js';
import { changesOf } from './changes-of.js';
import { summaryOf } from './summary-of.js';

/** The part of an audit log entry that the event decides; id, seq, actor and context stand beside it. */
export type AuditEntry = {
  readonly event_group: EventGroup;
  readonly event_type: DomainEventType;
  readonly activity_type: ActivityType;
  readonly target_type: TargetType;
  readonly target_id: string | null;
  readonly target_name: string | null;
  readonly summary: string;
  readonly reason: string | null;
  readonly data: JsonObject & { readonly changes: readonly FieldChange[] };
};

/**
 * The entry that a stored event is: nothing but the event goes into it, so that a rebuild gives the same.
 *
 * The target of a rotation is the old key. The audit log as a target has the organization's id for its own, one log
 * each. A denied attempt on a route of keys targets the key that the path named, null where it named none.
 * @throws UnknownEvent, MalformedEvent
 */
export function toAuditEntry(stored: StoredDomainEvent): AuditEntry {
  const event = parseStoredEvent(stored);
  const { group, activityType } = EVENT_CATALOGUE[event.type];
  return {
    event_group: group,
    event_type: event.type,
    activity_type: activityType,
    ...targetOf(event),
    summary: summaryOf(event),
    reason: event.metadata.reason,
    data: { changes: changesOf(event), ...detailsOf(event) },
  };
}

function targetOf(event: Recorded<DomainEvent>): Pick<AuditEntry, 'target_type' | 'target_id' | 'target_name'> {
  if (isApiKeyEvent(event)) {
    return { target_type: 'api_key', target_id: event.data.key_id, target_name: event.data.name };
  }
  if (event.type === 'access_denied' && event.data.route.startsWith('/v1/api-keys')) {
    return { target_type: 'api_key', target_id: event.data.target_id, target_name: null };
  }
  return { target_type: 'audit_log', target_id: event.metadata.org_id, target_name: null };
}

/** What an entry without changes says instead. Of a key's events nothing: their data has hashes in it. */
function detailsOf(event: Recorded<DomainEvent>): JsonObject {
  return isApiKeyEvent(event) ? {} : event.data;
}
