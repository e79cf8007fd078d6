import type { DomainEventType } from '../domain-event.js';
import type { JsonObject } from '../json.js';
import { JOB_EVENTS } from './job-event-catalogue.js';
import { POLICY_TYPE_EVENTS } from './policy-type-event-catalogue.js';
import { WEBHOOK_EVENTS } from './webhook-event-catalogue.js';

export type EventGroup = 'integrations' | 'jobs' | 'configuration' | 'access';
export type ActivityType = 'record_creation' | 'field_update' | 'record_deletion' | 'access';
export type TargetType = 'api_key' | 'job' | 'webhook' | 'policy_type' | 'audit_log';

/** Stored data of one version as data of the next; pure, and never changed once a release has written that version. */
export type Upcaster = (data: JsonObject) => JsonObject;

export interface EventCatalogueEntry {
  /** What readers of the audit log see. */
  readonly label: string;
  /** One line for the catalogue of events. */
  readonly description: string;
  readonly group: EventGroup;
  readonly activityType: ActivityType;
  /** What the event is about; `access_denied` is about a key where its route is one of keys. */
  readonly targetType: TargetType;
  /** False: too small a step for the audit log. It is in the log of events all the same, and counts in `seq`. */
  readonly isEntry: boolean;
  /** From version 1 to the present, one each: the present version is one more than there are. */
  readonly upcasters: readonly Upcaster[];
}

const KEY = { group: 'integrations', targetType: 'api_key', isEntry: true, upcasters: [] } as const;

/** Every type of event that is stored. */
export const EVENT_CATALOGUE: Readonly<Record<DomainEventType, EventCatalogueEntry>> = {
  'api_key.created': {
    ...KEY,
    label: 'API key created',
    description: 'A key was made, in a lineage of its own.',
    activityType: 'record_creation',
  },
  'api_key.updated': {
    ...KEY,
    label: 'API key updated',
    description: 'Name, description, access or scopes of a key changed.',
    activityType: 'field_update',
  },
  'api_key.rotated': {
    ...KEY,
    label: 'API key rotated',
    description: 'A key got a successor and ended, at once or after a grace; a grace of an older key ended with it.',
    activityType: 'field_update',
  },
  'api_key.revoked': {
    ...KEY,
    label: 'API key revoked',
    description: 'A key was ended for good.',
    activityType: 'field_update',
  },
  'api_key.suspended': {
    ...KEY,
    label: 'API key suspended',
    description: 'A key stopped working until it is reactivated.',
    activityType: 'field_update',
  },
  'api_key.reactivated': {
    ...KEY,
    label: 'API key reactivated',
    description: 'A suspended key works again.',
    activityType: 'field_update',
  },
  'api_key.deleted': {
    ...KEY,
    label: 'API key deleted',
    description: 'A key was taken out of every list and look-up; its history stays.',
    activityType: 'record_deletion',
  },
  'api_key.expiring': {
    ...KEY,
    label: 'API key expiring',
    description: 'A key ends by its lifetime in 7 days, or in 1 day; nothing of it changed.',
    activityType: 'field_update',
  },
  ...JOB_EVENTS,
  ...POLICY_TYPE_EVENTS,
  ...WEBHOOK_EVENTS,
  audit_log_exported: {
    label: 'Audit log exported',
    description:
      'A download of audit entries (`via` `export`) or of the log (`log`) ended, complete or not, or a client acknowledged one.',
    group: 'configuration',
    activityType: 'access',
    targetType: 'audit_log',
    isEntry: true,
    upcasters: [],
  },
  access_denied: {
    label: 'Access denied',
    description: 'Attempts of a known caller on a key or audit route were refused.',
    group: 'access',
    activityType: 'access',
    targetType: 'audit_log',
    isEntry: true,
    upcasters: [],
  },
};

/** The version that this code writes the type in. */
export function currentSchemaVersion(type: DomainEventType): number {
  return EVENT_CATALOGUE[type].upcasters.length + 1;
}
