import type { JsonSchema } from '../http/route-contract.js';

export const healthSchema: JsonSchema = {
  type: 'object',
  required: ['status'],
  additionalProperties: false,
  properties: { status: { const: 'ok' } },
};
