import type { JsonSchema } from '../http/route-contract.js';

export const healthSchema: JsonSchema = {
  type: 'object',
  required: ['status'],
  additionalProperties: false,
  properties: { status: { const: 'ok' } },
};

/** `dependencies` and `projections` are there for the platform token only. */
export const readinessSchema: JsonSchema = {
  type: 'object',
  required: ['status'],
  additionalProperties: false,
  properties: {
    status: { enum: ['ready', 'not_ready'] },
    dependencies: { type: 'object', additionalProperties: { enum: ['ok', 'unavailable'] } },
    projections: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name', 'version', 'state', 'lag_seconds', 'parked_streams'],
        additionalProperties: false,
        properties: {
          name: { type: 'string' },
          version: { type: 'integer' },
          state: { type: 'string' },
          lag_seconds: { type: 'number' },
          parked_streams: { type: 'integer' },
        },
      },
    },
  },
};
