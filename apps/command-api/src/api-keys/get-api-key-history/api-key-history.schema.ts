import type { JsonSchema } from '../../http/route-contract.js';
import { apiKeySchema } from '../api-key.schema.js';

/** Who did something. */
export const actorSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['type', 'id', 'name'],
  properties: {
    type: { enum: ['user', 'api_key', 'platform', 'worker', 'system'] },
    id: { type: 'string' },
    name: { type: ['string', 'null'] },
  },
};

/** The public fields that an event changed. */
export const changesSchema: JsonSchema = {
  type: 'array',
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['field', 'before', 'after'],
    properties: { field: { type: 'string' }, before: {}, after: {} },
  },
};

const { last_used_at: _, ...stateProperties } = apiKeySchema['properties'] as Record<string, JsonSchema>;

/** One event of a lineage. */
export const apiKeyHistoryEntrySchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: [...['seq', 'revision', 'event_id', 'event_type', 'occurred_at', 'actor', 'reason', 'changes', 'state']],
  properties: {
    seq: { type: 'integer', description: "Number of the event among its organization's, from 1." },
    revision: { type: 'integer', description: 'Number of the event within the lineage, from 0.' },
    event_id: { type: 'string', format: 'uuid' },
    event_type: { type: 'string' },
    occurred_at: { type: 'string', format: 'date-time' },
    actor: actorSchema,
    reason: { type: ['string', 'null'] },
    changes: changesSchema,
    state: {
      type: 'array',
      maxItems: 3,
      description: 'The keys that the event changed, right after it; deleted ones left out.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: Object.keys(stateProperties),
        properties: stateProperties,
      },
    },
  },
};
