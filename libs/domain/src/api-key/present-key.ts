import type { ActorType } from '../actor.js';
import type { KeyAccess, KeyEnvironment, KeyType } from './api-key.events.js';
import type { KeyState } from './api-key.state.js';
import { isExpiredAt, isRevokedAt, statusAt, type KeyStatus } from './status-at.js';

/** A key as every answer shows it, in the order of the OpenAPI document. Times are Unix seconds. */
export type PresentedKey = {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly type: KeyType;
  readonly environment: KeyEnvironment;
  readonly access: KeyAccess;
  readonly scopes: readonly string[];
  readonly status: KeyStatus;
  readonly hint: string;
  readonly created_at: number;
  readonly updated_at: number;
  readonly expires_at: number | null;
  readonly last_used_at: number | null;
  readonly revoked: boolean;
  readonly expired: boolean;
  readonly revoked_at: number | null;
  readonly revocation_reason: string | null;
  readonly suspended_at: number | null;
  readonly suspension_reason: string | null;
  readonly rotated_from: string | null;
  readonly rotated_to: string | null;
  readonly grace_expires_at: number | null;
  readonly created_by: { readonly type: ActorType; readonly id: string };
  readonly created_by_user_id: string | null;
};

/** A revocation reason where a rotation gave none. */
export const ROTATED = 'rotated';

/** The key at that second; says nothing of `deleted`, which callers look at first. Holds no secret and no hash. */
export function presentKey(key: KeyState, nowSeconds: number, lastUsedAt: number | null): PresentedKey {
  const revoked = isRevokedAt(key, nowSeconds);
  const revocation = revoked
    ? (key.revoked ?? { at: key.graceExpiresAt, reason: key.rotationReason ?? ROTATED })
    : { at: null, reason: null };
  return {
    id: key.id,
    name: key.name,
    description: key.description,
    type: key.type,
    environment: key.environment,
    access: key.access,
    scopes: revoked ? [] : key.scopes,
    status: statusAt(key, nowSeconds),
    hint: key.hint,
    created_at: key.createdAt,
    updated_at: key.updatedAt,
    expires_at: key.expiresAt,
    last_used_at: lastUsedAt,
    revoked,
    expired: isExpiredAt(key, nowSeconds),
    revoked_at: revocation.at,
    revocation_reason: revocation.reason,
    suspended_at: key.suspended?.at ?? null,
    suspension_reason: key.suspended?.reason ?? null,
    rotated_from: key.rotatedFrom,
    rotated_to: key.rotatedTo,
    grace_expires_at: key.graceExpiresAt,
    created_by: { type: key.createdBy.type, id: key.createdBy.id },
    created_by_user_id: key.createdBy.type === 'user' ? key.createdBy.id : null,
  };
}
