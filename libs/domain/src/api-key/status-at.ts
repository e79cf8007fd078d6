import type { KeyState } from './api-key.state.js';

export type KeyStatus = 'active' | 'rotating' | 'suspended' | 'expired' | 'revoked';

/** Why a key whose secret matches does not authenticate, as `POST /v1/api-keys/verify` says it. */
export type KeyRefusal = 'not_found' | 'revoked' | 'expired' | 'suspended';

/**
 * Somebody revoked the key or rotated it away, or its grace is over. The first never depends on the clock; the end of
 * a grace is reached at its second and needs no event to arrive.
 */
export function isRevokedAt(key: KeyState, nowSeconds: number): boolean {
  return key.revoked !== null || (key.graceExpiresAt !== null && nowSeconds >= key.graceExpiresAt);
}

/** The key is past its own lifetime, whatever else it is. */
export function isExpiredAt(key: KeyState, nowSeconds: number): boolean {
  return key.expiresAt !== null && nowSeconds >= key.expiresAt;
}

/** The one status that shows: where several hold, the first of revoked, expired, suspended, rotating, active. */
export function statusAt(key: KeyState, nowSeconds: number): KeyStatus {
  if (isRevokedAt(key, nowSeconds)) return 'revoked';
  if (isExpiredAt(key, nowSeconds)) return 'expired';
  if (key.suspended !== null) return 'suspended';
  return key.rotatedTo === null ? 'active' : 'rotating';
}

/** Null: the key authenticates. */
export function refusalAt(key: KeyState, nowSeconds: number): KeyRefusal | null {
  if (key.deleted) return 'not_found';
  const status = statusAt(key, nowSeconds);
  return status === 'active' || status === 'rotating' ? null : status;
}

/** Whether the key's secret authenticates at that second. */
export function isUsableAt(key: KeyState, nowSeconds: number): boolean {
  return refusalAt(key, nowSeconds) === null;
}
