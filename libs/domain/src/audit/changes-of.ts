import type { DomainEvent } from '../domain-event.js';
import type { FieldChange } from '../field-change.js';
import type { Recorded } from '../recorded.js';
import { isJobEvent } from '../stored/parse-stored-event.js';
import { initially } from './initially.js';
import { changesOfJob } from './job-changes.js';

/**
 * What an event changed, as history and audit log show it. A creation sets each public field from null to its first
 * value, those left out that begin as null; an event that changes no object has none.
 */
export function changesOf(event: Recorded<DomainEvent>): readonly FieldChange[] {
  if (isJobEvent(event)) return changesOfJob(event);
  if (event.type === 'api_key.created') {
    const { name, description, key_type: type, environment, access, scopes, expires_at } = event.data;
    return initially({ status: 'active', name, description, type, environment, access, scopes, expires_at });
  }
  if (event.type === 'policy_type.created') {
    const { title, input_schema, result_schema, defaults } = event.data;
    return initially({ title, input_schema, result_schema, defaults });
  }
  if (event.type === 'webhook.created') {
    const { url, events, description, secret } = event.data;
    return initially({ status: 'active', url, events, description, secret_hint: secret.hint });
  }
  return 'changes' in event.data ? event.data.changes : [];
}
