import { createHash } from 'node:crypto';
import type { JsonValue } from '#libs/domain';

/** Of the JSON text, in lower-case hex. */
export function sha256Of(value: JsonValue): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
