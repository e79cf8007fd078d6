import type { IntegrationEventType } from '#libs/domain';

/**
 * What a `GET` of the object shows that the log does not know, in the order of its answer: whoever delivers the event adds
 * it to the `data` of an `IntegrationEvent`.
 */
export function fieldsFromTables(type: IntegrationEventType): readonly string[] {
  if (type.startsWith('api_key.')) return ['last_used_at'];
  return type.startsWith('webhook.') ? ['last_delivery', 'success_rate_24h', 'backlog'] : [];
}
