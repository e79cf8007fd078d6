import { streamDigest } from '../stream-digest.js';

/** What every stream of this kind is called before organization and type. */
export const POLICY_TYPE_STREAM_PREFIX = 'policyType-';

const POLICY_TYPE = /^[a-z0-9_-]{1,64}$/;

/** Whether it may be the name of a policy type. */
export function isPolicyTypeName(type: string): boolean {
  return POLICY_TYPE.test(type);
}

/**
 * The stream of one policy type of an organization.
 * @param orgDigest SHA-256 of the organization's id, as for `auditStream`
 * @throws RangeError for what is no digest or no name of a type
 */
export function policyTypeStream(orgDigest: string, type: string): string {
  if (!isPolicyTypeName(type)) throw new RangeError('a stream of a policy type is named by the name of one');
  return `${POLICY_TYPE_STREAM_PREFIX}${streamDigest(orgDigest)}.${type}`;
}
