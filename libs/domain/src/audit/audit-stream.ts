import { streamDigest } from '../stream-digest.js';

/** What every stream of this kind is called before the organization's digest. */
const AUDIT_STREAM_PREFIX = 'audit-';

/**
 * The stream of an organization's exports and denied attempts.
 * @param orgDigest SHA-256 of the organization's id in lower-case hex, whole or its first 32 digits
 * @throws RangeError for anything else, such as the organization's id itself
 */
export function auditStream(orgDigest: string): string {
  return `${AUDIT_STREAM_PREFIX}${streamDigest(orgDigest)}`;
}
