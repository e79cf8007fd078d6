const DIGEST = /^[0-9a-f]{32}(?:[0-9a-f]{32})?$/;

/**
 * What stands for an organization in the name of a stream: the first 32 digits of the SHA-256 of its id.
 * @param orgDigest that SHA-256 in lower-case hex, whole or its first 32 digits; the domain has no hash function of its own
 * @throws RangeError for anything else, such as the organization's id itself
 */
export function streamDigest(orgDigest: string): string {
  if (!DIGEST.test(orgDigest)) throw new RangeError('a stream of an organization is named by a SHA-256 digest in hex');
  return orgDigest.slice(0, 32);
}
