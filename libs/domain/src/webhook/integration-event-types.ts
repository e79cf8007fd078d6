/*
 * What endpoints can subscribe to: the types of integration events, as receivers know them. The names are part of the
 * contract with them, as those of domain events are with the log.
 */
export const INTEGRATION_EVENT_TYPES = [
  'job.completed',
  'job.failed',
  'job.progress',
  'api_key.created',
  'api_key.rotated',
  'api_key.suspended',
  'api_key.reactivated',
  'api_key.revoked',
  'api_key.deleted',
  'api_key.expiring',
  'webhook.disabled',
] as const;

export type IntegrationEventType = (typeof INTEGRATION_EVENT_TYPES)[number];

export function isIntegrationEventType(type: string): type is IntegrationEventType {
  return INTEGRATION_EVENT_TYPES.some((known) => known === type);
}

/** The scope that lets a key `GET` the object that events of that type show. */
export function readScopeOf(type: IntegrationEventType): 'keys:manage' | 'jobs:read' | 'webhooks:read' {
  if (type.startsWith('api_key.')) return 'keys:manage';
  return type.startsWith('job.') ? 'jobs:read' : 'webhooks:read';
}
