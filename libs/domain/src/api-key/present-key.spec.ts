import {
  apiKeyCreated,
  apiKeyDeleted,
  apiKeyReactivated,
  apiKeyRevoked,
  apiKeyRotated,
  apiKeySuspended,
  keyId,
  START,
} from '#libs/testing';
import type { Recorded } from '../recorded.js';
import { apiKeyDecider } from './api-key.decider.js';
import type { ApiKeyEvent } from './api-key.events.js';
import type { KeyState } from './api-key.state.js';
import { presentKey } from './present-key.js';
import { presentRotation } from './present-rotation.js';
import { isUsableAt, refusalAt } from './status-at.js';

function keys(...events: readonly Recorded<ApiKeyEvent>[]): readonly KeyState[] {
  return events.reduce((state, event) => apiKeyDecider.evolve(state, event), apiKeyDecider.initialState).keys;
}

function keyAt(index: number, ...events: readonly Recorded<ApiKeyEvent>[]): KeyState {
  const key = keys(...events)[index];
  if (key === undefined) throw new Error('there is no such key');
  return key;
}

const created = apiKeyCreated({ scopes: ['audit:read'], lifetime_seconds: 100, expires_at: START + 100 });

it('shows a key as the contract does, in its order', () => {
  expect(Object.entries(presentKey(keyAt(0, created), START, START + 7))).toEqual([
    ['id', keyId(0)],
    ['name', 'GRC pipeline'],
    ['description', null],
    ['type', 'service'],
    ['environment', 'live'],
    ['access', 'full'],
    ['scopes', ['audit:read']],
    ['status', 'active'],
    ['hint', 'ak_live_AbCd…cdef'],
    ['created_at', START],
    ['updated_at', START],
    ['expires_at', START + 100],
    ['last_used_at', START + 7],
    ['revoked', false],
    ['expired', false],
    ['revoked_at', null],
    ['revocation_reason', null],
    ['suspended_at', null],
    ['suspension_reason', null],
    ['rotated_from', null],
    ['rotated_to', null],
    ['grace_expires_at', null],
    ['created_by', { type: 'user', id: 'user_ada' }],
    ['created_by_user_id', 'user_ada'],
  ]);
});

it('names no user where a key created it', () => {
  const byKey = apiKeyCreated({}, { actor: { type: 'api_key', id: keyId(9), name: 'CI' } });
  expect(presentKey(keyAt(0, byKey), START, null)).toMatchObject({
    created_by: { type: 'api_key', id: keyId(9) },
    created_by_user_id: null,
  });
});

it('reaches an expiry at its second', () => {
  expect(presentKey(keyAt(0, created), START + 99, null)).toMatchObject({ status: 'active', expired: false });
  expect(presentKey(keyAt(0, created), START + 100, null)).toMatchObject({
    status: 'expired',
    expired: true,
    revoked: false,
  });
});

it('reaches the end of a grace at its second, as rotated where no reason was given', () => {
  const old = keyAt(0, created, apiKeyRotated({ graceExpiresAt: START + 60 }, { at: START + 10 }));
  expect(presentKey(old, START + 59, null)).toMatchObject({
    status: 'rotating',
    revoked: false,
    scopes: ['audit:read'],
    grace_expires_at: START + 60,
  });
  expect(presentKey(old, START + 60, null)).toMatchObject({
    status: 'revoked',
    revoked: true,
    scopes: [],
    revoked_at: START + 60,
    revocation_reason: 'rotated',
  });
});

it('gives the reason of the rotation once the grace is over', () => {
  const old = keyAt(0, created, apiKeyRotated({ graceExpiresAt: START + 60 }, { at: START + 10, reason: 'quarterly' }));
  expect(presentKey(old, START + 60, null).revocation_reason).toBe('quarterly');
});

it('says each fact of its own, whatever status shows', () => {
  const all = keyAt(
    0,
    created,
    apiKeySuspended({ at: START + 1, reason: 's' }),
    apiKeyRevoked({ at: START + 2, reason: 'r' }),
  );
  expect(presentKey(all, START + 100, null)).toMatchObject({
    ...{ status: 'revoked', revoked: true, expired: true, revoked_at: START + 2, revocation_reason: 'r' },
    ...{ suspended_at: START + 1, suspension_reason: 's' },
  });
});

it.each<[string, KeyState, number, ReturnType<typeof refusalAt>]>([
  ['an active key', keyAt(0, created), START, null],
  ['a reactivated key', keyAt(0, created, apiKeySuspended(), apiKeyReactivated()), START, null],
  ['a key inside its grace', keyAt(0, created, apiKeyRotated({ graceExpiresAt: START + 60 })), START + 59, null],
  ['a key past its grace', keyAt(0, created, apiKeyRotated({ graceExpiresAt: START + 60 })), START + 60, 'revoked'],
  ['a suspended key', keyAt(0, created, apiKeySuspended()), START, 'suspended'],
  ['a suspended key past its lifetime', keyAt(0, created, apiKeySuspended()), START + 100, 'expired'],
  ['an expired key', keyAt(0, created), START + 100, 'expired'],
  ['a revoked key past its lifetime', keyAt(0, created, apiKeyRevoked()), START + 100, 'revoked'],
  ['a revoked key, on a clock that is behind', keyAt(0, created, apiKeyRevoked({ at: START + 50 })), START, 'revoked'],
  ['a deleted key', keyAt(0, created, apiKeyDeleted()), START, 'not_found'],
  ['a deleted key past its lifetime', keyAt(0, created, apiKeyDeleted()), START + 100, 'not_found'],
])('answers for %s', (_, key, now, refusal) => {
  expect(refusalAt(key, now)).toBe(refusal);
  expect(isUsableAt(key, now)).toBe(refusal === null);
});

it('answers a rotation with both keys', () => {
  const events = [created, apiKeyRotated({ graceExpiresAt: START + 60, expiresAt: START + 110 }, { at: START + 10 })];
  expect(Object.entries(presentRotation(keyAt(0, ...events), keyAt(1, ...events), 'ak_live_secret'))).toEqual([
    ['id', keyId(1)],
    ['name', 'GRC pipeline'],
    ['secret', 'ak_live_secret'],
    ['revoked_id', keyId(0)],
    ['created_at', START + 10],
    ['access', 'full'],
    ['scopes', ['audit:read']],
    ['expires_at', START + 110],
    ['grace_expires_at', START + 60],
  ]);
});
