import { RequestRefused } from './request-refused.js';

/**
 * The `Idempotency-Key` of a write, null where none was sent.
 * @throws RequestRefused 422 unless it is 1 to 255 visible ASCII characters
 */
export function parseIdempotencyKey(header: string | readonly string[] | undefined): string | null {
  if (header === undefined) return null;
  if (typeof header === 'string' && /^[!-~]{1,255}$/.test(header)) return header;
  throw RequestRefused.field('Idempotency-Key', 'must be 1 to 255 visible ASCII characters');
}
