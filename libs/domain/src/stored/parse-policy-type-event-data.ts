import type { PolicyTypeEvent } from '../policy-type/policy-type.events.js';
import type { EventFields } from './event-fields.js';

/** The data of an event of stream `policyType-{h}.{type}`. @throws MalformedEvent */
export function parsePolicyTypeEventData(type: PolicyTypeEvent['type'], fields: EventFields): PolicyTypeEvent {
  const policy_type = fields.string('policy_type');
  switch (type) {
    case 'policy_type.created':
      return { type, data: fields.done({ policy_type, ...facts(fields) }) };
    case 'policy_type.updated':
      return { type, data: fields.done({ policy_type, changes: fields.changes('changes'), ...facts(fields) }) };
  }
}

function facts(fields: EventFields) {
  const defaults = fields.nested('defaults');
  return {
    title: fields.string('title'),
    input_schema: fields.schemaOrNull('input_schema'),
    result_schema: fields.schemaOrNull('result_schema'),
    defaults: defaults.done({ priority: defaults.count('priority'), max_attempts: defaults.count('max_attempts') }),
  };
}
