import { EVENT_CATALOGUE } from '#libs/domain';
import { actorSchema } from '../../api-keys/get-api-key-history/api-key-history.schema.js';
import type { JsonSchema } from '../../http/route-contract.js';

const properties: Readonly<Record<string, JsonSchema>> = {
  seq: { type: 'integer', description: "Number of the event among its organization's, from 1, dense." },
  event_id: { type: 'string', format: 'uuid' },
  event_type: { enum: Object.keys(EVENT_CATALOGUE) },
  schema_version: { type: 'integer', description: 'The version of its type in which `data` was recorded.' },
  stream: { type: 'string', description: 'A key and all its rotations share one.' },
  revision: { type: 'integer', description: 'Number of the event within its stream, from 0, dense.' },
  occurred_at: { type: 'string', format: 'date-time' },
  actor: actorSchema,
  reason: { type: ['string', 'null'] },
  request_id: { type: 'string' },
  data: { type: 'object', description: 'What happened. Key hashes, pepper versions, inputs and results are left out.' },
};

/** An event of the log. */
export const logEventSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: Object.keys(properties),
  properties,
};
