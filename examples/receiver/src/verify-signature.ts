import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Older or newer than that is refused, so that a request that somebody has recorded is soon worth nothing. */
const TOLERANCE_SECONDS = 300;

/**
 * Whether a request is Keyledger's, as the Standard Webhooks specification says: an HMAC-SHA-256 over
 * `webhook-id.webhook-timestamp.body`. The body is the bytes as they came: JSON that was parsed and written again may differ.
 * @param keys of all secrets that are live: while a secret is being rotated there are two, and one match is enough
 * @returns what is wrong, or null
 */
export function signatureProblem(
  headers: IncomingHttpHeaders,
  body: Buffer,
  keys: readonly Buffer[],
  nowSeconds: number,
): string | null {
  const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map((name) => headers[`webhook-${name}`]);
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string') return 'not signed';
  if (!/^\d{1,15}$/.test(timestamp)) return 'no timestamp';
  if (Math.abs(nowSeconds - Number(timestamp)) > TOLERANCE_SECONDS) return 'too old, or the clocks differ';
  // One for each live secret, with its version in front: `v1,<base64> v1,<base64>`.
  const given = signatures.split(' ').flatMap((signature) => {
    return signature.startsWith('v1,') ? [Buffer.from(signature.slice(3), 'base64')] : [];
  });
  const matches = keys.some((key) => {
    const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
    // In constant time: how long a plain comparison takes would tell how many bytes are right.
    return given.some((bytes) => bytes.length === expected.length && timingSafeEqual(bytes, expected));
  });
  return matches ? null : 'wrong signature';
}

/**
 * The bytes behind `whsec_…`, of one secret or several with spaces or commas between them.
 * @throws Error for what is no secret
 */
export function keysOf(secrets: string): readonly Buffer[] {
  return secrets
    .split(/[\s,]+/)
    .filter((secret) => secret !== '')
    .map((secret) => {
      const base64 = /^whsec_([A-Za-z0-9+/]{32,}={0,2})$/.exec(secret)?.[1];
      if (base64 === undefined) throw new Error('a secret looks like whsec_…, as Keyledger showed it');
      return Buffer.from(base64, 'base64');
    });
}
