import type {
  ApiKeyCreated,
  ApiKeyDeleted,
  ApiKeyExpiring,
  ApiKeyReactivated,
  ApiKeyRevoked,
  ApiKeyRotated,
  ApiKeySuspended,
  ApiKeyUpdated,
  FieldChange,
  Recorded,
} from '#libs/domain';
import { recorded, START, type Circumstances } from './recorded-event.js';

/** The id of the nth key of one test lineage, 0 to 9999. */
export function keyId(n: number, lineage = 'AbCdEfGh12345678'): string {
  return `ak_${lineage}${String(n).padStart(4, '0')}`;
}

/** A live standard key `GRC pipeline` that does not expire, with what is given. */
export function apiKeyCreated(
  data: Partial<ApiKeyCreated['data']> = {},
  circumstances?: Circumstances,
): Recorded<ApiKeyCreated> {
  const key: ApiKeyCreated['data'] = {
    key_id: keyId(0),
    name: 'GRC pipeline',
    description: null,
    key_type: 'service',
    environment: 'live',
    access: 'full',
    scopes: [],
    lifetime_seconds: null,
    expires_at: null,
    hint: 'ak_live_AbCd…cdef',
    hash: 'hash-0',
    pepper_version: 1,
    ...data,
  };
  return recorded({ type: 'api_key.created', data: key }, circumstances);
}

export function apiKeyUpdated(
  changes: readonly FieldChange[],
  circumstances?: Circumstances,
  key_id = keyId(0),
): Recorded<ApiKeyUpdated> {
  return recorded({ type: 'api_key.updated', data: { key_id, name: 'GRC pipeline', changes } }, circumstances);
}

export interface RotationToBuild {
  readonly from?: string;
  readonly to?: string;
  readonly graceExpiresAt?: number | null;
  readonly lifetimeSeconds?: number | null;
  readonly expiresAt?: number | null;
}

/** From the first to the second key of the test lineage, without a grace, with what is given. */
export function apiKeyRotated(rotation: RotationToBuild = {}, circumstances?: Circumstances): Recorded<ApiKeyRotated> {
  const { from = keyId(0), to = keyId(1), graceExpiresAt = null, lifetimeSeconds = null, expiresAt = null } = rotation;
  const successor = {
    ...{ key_id: to, lifetime_seconds: lifetimeSeconds, expires_at: expiresAt },
    ...{ hint: 'ak_live_AbCd…next', hash: `hash-${to}`, pepper_version: 1 },
  };
  const changes = statusChange('active', graceExpiresAt === null ? 'revoked' : 'rotating');
  const data = { key_id: from, name: 'GRC pipeline', grace_expires_at: graceExpiresAt, successor, changes };
  return recorded({ type: 'api_key.rotated', data }, circumstances);
}

export function apiKeyRevoked(circumstances?: Circumstances, key_id = keyId(0)): Recorded<ApiKeyRevoked> {
  return recorded({ type: 'api_key.revoked', data: transition(key_id, 'active', 'revoked') }, circumstances);
}

export function apiKeySuspended(circumstances?: Circumstances, key_id = keyId(0)): Recorded<ApiKeySuspended> {
  return recorded({ type: 'api_key.suspended', data: transition(key_id, 'active', 'suspended') }, circumstances);
}

export function apiKeyReactivated(circumstances?: Circumstances, key_id = keyId(0)): Recorded<ApiKeyReactivated> {
  return recorded({ type: 'api_key.reactivated', data: transition(key_id, 'suspended', 'active') }, circumstances);
}

export function apiKeyDeleted(circumstances?: Circumstances, key_id = keyId(0)): Recorded<ApiKeyDeleted> {
  return recorded({ type: 'api_key.deleted', data: transition(key_id, 'active', null) }, circumstances);
}

/** In seven days, or with what is given. */
export function apiKeyExpiring(
  data: Partial<ApiKeyExpiring['data']> = {},
  circumstances?: Circumstances,
): Recorded<ApiKeyExpiring> {
  const notice = { key_id: keyId(0), name: 'GRC pipeline', expires_at: START + 7 * 86_400, days_left: 7 } as const;
  return recorded({ type: 'api_key.expiring', data: { ...notice, ...data } }, circumstances);
}

function transition(key_id: string, before: string, after: string | null) {
  return { key_id, name: 'GRC pipeline', changes: statusChange(before, after) };
}

function statusChange(before: string, after: string | null): readonly FieldChange[] {
  return [{ field: 'status', before, after }];
}
