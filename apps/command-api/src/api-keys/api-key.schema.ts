import { listOf, objectOf, seconds, secondsOrNull, text } from '../http/json-schema.js';
import type { JsonSchema } from '../http/route-contract.js';

const textOrNull = (description: string): JsonSchema => ({ type: ['string', 'null'], description });

const id: JsonSchema = { type: 'string', pattern: '^ak_[0-9A-Za-z]{20}$' };
const idOrNull: JsonSchema = { type: ['string', 'null'], pattern: '^ak_[0-9A-Za-z]{20}$' };
const access: JsonSchema = { enum: ['full', 'scoped'] };
const scopes = listOf(text);
const secret: JsonSchema = { type: 'string', description: 'Shown here and nowhere else. Store it now.' };

const properties = {
  id,
  name: text,
  description: { type: ['string', 'null'] },
  type: { enum: ['service', 'user'] },
  environment: { enum: ['live', 'test'] },
  access,
  scopes,
  status: { enum: ['active', 'rotating', 'suspended', 'expired', 'revoked'] },
  hint: { type: 'string', description: 'Enough of the secret to recognise it by.' },
  created_at: seconds('When it was made.'),
  updated_at: seconds('When it was changed last.'),
  expires_at: secondsOrNull('When it expires by itself.'),
  last_used_at: secondsOrNull('When it was used last, at most a minute behind.'),
  revoked: { type: 'boolean' },
  expired: { type: 'boolean' },
  revoked_at: secondsOrNull('When it was revoked.'),
  revocation_reason: textOrNull('Why it was revoked.'),
  suspended_at: secondsOrNull('Since when it is suspended.'),
  suspension_reason: textOrNull('Why it is suspended.'),
  rotated_from: idOrNull,
  rotated_to: idOrNull,
  grace_expires_at: secondsOrNull('When the grace of a rotated key ends.'),
  created_by: objectOf({ type: text, id: text }),
  created_by_user_id: textOrNull('Who made it; null where a key did.'),
} satisfies Readonly<Record<string, JsonSchema>>;

/** A key as every answer shows it. */
export const apiKeySchema = objectOf(properties);

/** The answer to a creation: the key and, this once, its secret. */
export const createdApiKeySchema = objectOf({ ...properties, secret });

/** The answer to a rotation: the new key's essentials and, this once, its secret. */
export const rotatedApiKeySchema = objectOf({
  id,
  name: text,
  secret,
  revoked_id: id,
  created_at: properties.created_at,
  access,
  scopes,
  expires_at: properties.expires_at,
  grace_expires_at: properties.grace_expires_at,
});
