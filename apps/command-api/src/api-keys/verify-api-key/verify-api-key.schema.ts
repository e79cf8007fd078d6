import type { JsonSchema } from '../../http/route-contract.js';

/** The body of a verification. */
export const verifyRequestSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['key'],
  properties: {
    key: { type: 'string', description: 'The secret that somebody showed.' },
    scopes: { type: 'array', maxItems: 200, items: { type: 'string' }, description: 'All that the key must hold.' },
  },
};

/** What a verification answers; everything about the key is there exactly when the secret matched. */
export const verificationSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['valid', 'code'],
  properties: {
    valid: { type: 'boolean' },
    code: {
      type: 'string',
      enum: ['valid', 'malformed', 'not_found', 'revoked', 'suspended', 'expired', 'insufficient_scope'],
    },
    key_id: { type: 'string' },
    org_id: { type: 'string' },
    name: { type: 'string' },
    type: { type: 'string', enum: ['service', 'user'] },
    environment: { type: 'string', enum: ['live', 'test'] },
    access: { type: 'string', enum: ['full', 'scoped'] },
    scopes: { type: 'array', items: { type: 'string' } },
    expires_at: { type: ['integer', 'null'], description: 'Unix seconds.' },
  },
} satisfies JsonSchema;
