import type { ApiKeyCreated } from '../api-key/api-key.events.js';
import type { DomainEvent } from '../domain-event.js';
import type { FieldChange } from '../field-change.js';
import type { JsonValue } from '../json.js';

/**
 * What an event changed, as history and audit log show it. A creation sets each public field from null to its first
 * value, those left out that begin as null; an event that changes no object has none.
 */
export function changesOf(event: DomainEvent): readonly FieldChange[] {
  if (event.type === 'api_key.created') return changesOfCreation(event);
  return 'changes' in event.data ? event.data.changes : [];
}

function changesOfCreation({ data }: ApiKeyCreated): readonly FieldChange[] {
  const initial: readonly (readonly [string, JsonValue])[] = [
    ['status', 'active'],
    ['name', data.name],
    ['description', data.description],
    ['type', data.key_type],
    ['environment', data.environment],
    ['access', data.access],
    ['scopes', data.scopes],
    ['expires_at', data.expires_at],
  ];
  return initial.filter(([, after]) => after !== null).map(([field, after]) => ({ field, before: null, after }));
}
