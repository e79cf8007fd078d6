import type { DomainEventType } from '../domain-event.js';
import type { FieldChange } from '../field-change.js';
import type { JsonObject } from '../json.js';
import type { Recorded } from '../recorded.js';
import { EVENT_CATALOGUE, type ActivityType, type EventGroup, type TargetType } from '../stored/event-catalogue.js';
import {
  isApiKeyEvent,
  isJobEvent,
  isPolicyTypeEvent,
  isWebhookEvent,
  parseStoredEvent,
  type StoredDomainEvent,
} from '../stored/parse-stored-event.js';
import { changesOf } from './changes-of.js';
import { isEntry, type EntryEvent } from './is-entry.js';
import { summaryOf } from './summary-of.js';
import { webhookDetails } from './webhook-details.js';

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
 * The entry that a stored event is, or null for a step that only the log of events shows: nothing but the event goes into
 * it, so that a rebuild gives the same.
 *
 * The target of a rotation is the old key. The audit log as a target has the organization's id for its own, one log
 * each. A denied attempt on a route of keys targets the key that the path named, null where it named none.
 * @throws UnknownEvent, MalformedEvent
 */
export function toAuditEntry(stored: StoredDomainEvent): AuditEntry | null {
  const event = parseStoredEvent(stored);
  if (!isEntry(event)) return null;
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

function targetOf(event: Recorded<EntryEvent>): Pick<AuditEntry, 'target_type' | 'target_id' | 'target_name'> {
  if (isApiKeyEvent(event)) {
    return { target_type: 'api_key', target_id: event.data.key_id, target_name: event.data.name };
  }
  if (isJobEvent(event)) return { target_type: 'job', target_id: event.data.job_id, target_name: null };
  if (isPolicyTypeEvent(event)) {
    return { target_type: 'policy_type', target_id: event.data.policy_type, target_name: event.data.title };
  }
  if (isWebhookEvent(event)) {
    return { target_type: 'webhook', target_id: event.data.webhook_id, target_name: event.data.url };
  }
  if (event.type === 'access_denied' && event.data.route.startsWith('/v1/api-keys')) {
    return { target_type: 'api_key', target_id: event.data.target_id, target_name: null };
  }
  return { target_type: 'audit_log', target_id: event.metadata.org_id, target_name: null };
}

/**
 * What an entry says beside its changes. Of a change of a key nothing: the event's data has hashes in it. Of a policy type's
 * all is in the changes.
 */
function detailsOf(event: Recorded<EntryEvent>): JsonObject {
  if (event.type === 'api_key.expiring') {
    return { expires_at: event.data.expires_at, days_left: event.data.days_left };
  }
  if (isApiKeyEvent(event) || isPolicyTypeEvent(event)) return {};
  if (isWebhookEvent(event)) return webhookDetails(event);
  switch (event.type) {
    case 'job.submitted':
      return { input_sha256: event.data.input_sha256 };
    case 'job.completed': {
      const { attempt, result_sha256, usage } = event.data;
      return { attempt, result_sha256, usage };
    }
    case 'job.failed':
      return { attempt: event.data.attempt, error: event.data.error };
    case 'job.cancelled':
      return { attempt: event.data.attempt };
    case 'job.retried':
      return {};
    case 'audit_log_exported':
    case 'access_denied':
      return event.data;
  }
}
