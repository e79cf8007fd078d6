import { EVENT_CATALOGUE } from '#libs/domain';
import { actorSchema, changesSchema } from '../api-keys/get-api-key-history/api-key-history.schema.js';
import type { JsonSchema } from '../http/route-contract.js';
import { AUDIT_GROUPS, AUDIT_TARGET_TYPES } from './audit-query.js';

const properties: Readonly<Record<string, JsonSchema>> = {
  id: { type: 'string' },
  seq: { type: 'integer', description: "Number of the event among its organization's, from 1." },
  created_at: { type: 'integer', description: 'When it happened, Unix seconds.' },
  occurred_at: { type: 'string', format: 'date-time', description: 'The same with milliseconds.' },
  actor: actorSchema,
  event_group: { enum: Object.keys(AUDIT_GROUPS) },
  event_type: { enum: Object.keys(EVENT_CATALOGUE) },
  activity_type: { enum: ['record_creation', 'field_update', 'record_deletion', 'access'] },
  target_type: { enum: AUDIT_TARGET_TYPES },
  target_id: { type: ['string', 'null'] },
  target_name: { type: ['string', 'null'] },
  summary: { type: 'string' },
  reason: { type: ['string', 'null'] },
  data: { type: 'object', required: ['changes'], properties: { changes: changesSchema } },
  context: {
    type: 'object',
    additionalProperties: false,
    required: ['ip', 'user_agent', 'request_id'],
    properties: {
      ip: { type: ['string', 'null'] },
      user_agent: { type: ['string', 'null'] },
      request_id: { type: 'string' },
    },
  },
};

/** An entry of the audit log. */
export const auditEntrySchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: Object.keys(properties),
  properties,
};
