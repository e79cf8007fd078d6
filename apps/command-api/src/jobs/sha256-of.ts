import { createHash } from 'node:crypto';
import type { JsonValue } from '#libs/domain';
import { canonicalJson } from '../write-side/idempotency/canonical-json.js';

/** Of the JSON text with the members of each object in the order of their names and no blanks, in lower-case hex. */
export function sha256Of(value: JsonValue): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}
