/** What every stream of this kind is called before the organization's digest. */
const AUDIT_STREAM_PREFIX = 'audit-';

const DIGEST = /^[0-9a-f]{32}(?:[0-9a-f]{32})?$/;

/**
 * The stream of an organization's exports and denied attempts.
 * @param orgDigest SHA-256 of the organization's id in lower-case hex, whole or its first 32 digits; the domain has no
 *   hash function of its own
 * @throws RangeError for anything else, such as the organization's id itself
 */
export function auditStream(orgDigest: string): string {
  if (!DIGEST.test(orgDigest)) throw new RangeError('an audit stream is named by a SHA-256 digest in hex');
  return `${AUDIT_STREAM_PREFIX}${orgDigest.slice(0, 32)}`;
}
