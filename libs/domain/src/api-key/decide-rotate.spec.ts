import { apiKeyCreated, apiKeyDeleted, apiKeyRotated, deciderSpec, keyId, keyThatIs, LATER } from '#libs/testing';
import type { FieldChange } from '../field-change.js';
import type { RotateApiKey } from './api-key.commands.js';
import { apiKeyDecider } from './api-key.decider.js';
import type { ApiKeyRotated } from './api-key.events.js';
import { NoFreeKeyId } from './no-free-key-id.js';

const given = deciderSpec(apiKeyDecider);
const DAY = 86_400;

const candidate = (n: number) => ({ keyId: keyId(n), hint: `hint-${n}`, hash: `hash-${n}`, pepperVersion: 2 });

function rotate(fields: Partial<RotateApiKey> = {}): RotateApiKey {
  const command = { kind: 'RotateApiKey', keyId: keyId(0), graceSeconds: 0, reason: null } as const;
  return { ...command, successors: [candidate(1), candidate(2)], now: LATER * 1000, ...fields };
}

type Rotation = { n?: number; from?: string; grace?: number; lifetime?: number; changes: readonly FieldChange[] };

function rotated({ n = 1, from = keyId(0), grace, lifetime, changes }: Rotation): ApiKeyRotated {
  const successor = {
    ...{
      key_id: keyId(n),
      lifetime_seconds: lifetime ?? null,
      expires_at: lifetime === undefined ? null : LATER + lifetime,
    },
    ...{ hint: `hint-${n}`, hash: `hash-${n}`, pepper_version: 2 },
  };
  const data = { key_id: from, name: 'GRC pipeline', grace_expires_at: grace ?? null, successor, changes };
  return { type: 'api_key.rotated', data };
}

const atOnce = (to = 1, reason = 'rotated'): readonly FieldChange[] => [
  { field: 'status', before: 'active', after: 'revoked' },
  { field: 'revoked_at', before: null, after: LATER },
  { field: 'revocation_reason', before: null, after: reason },
  { field: 'rotated_to', before: null, after: keyId(to) },
];
const withGrace = (until: number): readonly FieldChange[] => [
  { field: 'status', before: 'active', after: 'rotating' },
  { field: 'rotated_to', before: null, after: keyId(1) },
  { field: 'grace_expires_at', before: null, after: until },
];

it('ends the old key at once', () =>
  given(keyThatIs.active)
    .when(rotate())
    .then([rotated({ changes: atOnce() })]));
it('keeps the reason given', () =>
  given(keyThatIs.active)
    .when(rotate({ reason: 'leak' }))
    .then([rotated({ changes: atOnce(1, 'leak') })]));
it('shows that a revoked key holds nothing', () =>
  given([apiKeyCreated({ scopes: ['audit:read'] })])
    .when(rotate())
    .then([
      rotated({
        changes: [
          { field: 'status', before: 'active', after: 'revoked' },
          { field: 'scopes', before: ['audit:read'], after: [] },
          ...atOnce().slice(1),
        ],
      }),
    ]));
it('gives a grace', () =>
  given(keyThatIs.active)
    .when(rotate({ graceSeconds: 30 * DAY }))
    .then([rotated({ grace: LATER + 30 * DAY, changes: withGrace(LATER + 30 * DAY) })]));
it('ends the grace with the old key', () =>
  given([apiKeyCreated({ lifetime_seconds: 160, expires_at: LATER + 60 })])
    .when(rotate({ graceSeconds: 61 }))
    .then([rotated({ grace: LATER + 60, lifetime: 160, changes: withGrace(LATER + 60) })]));
it('counts the lifetime last asked for anew', () =>
  given([apiKeyCreated({ lifetime_seconds: 101, expires_at: LATER + 1 })])
    .when(rotate())
    .then([rotated({ lifetime: 101, changes: atOnce() })]));
it('takes another lifetime', () =>
  given(keyThatIs.active)
    .when(rotate({ lifetimeSeconds: 5 }))
    .then([rotated({ lifetime: 5, changes: atOnce() })]));
it('takes off the lifetime', () =>
  given([apiKeyCreated({ lifetime_seconds: 101, expires_at: LATER + 1 })])
    .when(rotate({ lifetimeSeconds: null }))
    .then([rotated({ changes: atOnce() })]));
it('takes the first candidate whose id is free', () =>
  given([...keyThatIs.active, apiKeyRotated(), apiKeyDeleted({}, keyId(0))])
    .when(rotate({ keyId: keyId(1), successors: [candidate(1), candidate(0), candidate(2)] }))
    .then([rotated({ from: keyId(1), n: 2, changes: atOnce(2) })]));
it('rotates the newest key while an older one is inside its grace', () =>
  given([...keyThatIs.active, apiKeyRotated({ graceExpiresAt: LATER + 50 })])
    .when(rotate({ keyId: keyId(1), successors: [candidate(2)] }))
    .then([rotated({ from: keyId(1), n: 2, changes: atOnce(2) })]));

it('refuses a negative grace', () =>
  given(keyThatIs.active)
    .when(rotate({ graceSeconds: -1 }))
    .thenRejected('validation_failed', ['grace_period_seconds']));
it('refuses a grace of more than 30 days', () =>
  given(keyThatIs.active)
    .when(rotate({ graceSeconds: 30 * DAY + 1 }))
    .thenRejected('validation_failed', ['grace_period_seconds']));
it('refuses a lifetime of nothing', () =>
  given(keyThatIs.active)
    .when(rotate({ lifetimeSeconds: 0 }))
    .thenRejected('validation_failed', ['seconds_until_expiration']));
it('refuses a long reason', () =>
  given(keyThatIs.active)
    .when(rotate({ reason: 'r'.repeat(2001) }))
    .thenRejected('validation_failed', ['reason']));
it('refuses a key that is not there', () => given([]).when(rotate()).thenRejected('api_key_not_found'));
it('refuses a deleted key', () => given(keyThatIs.deleted).when(rotate()).thenRejected('api_key_not_found'));
it('refuses a revoked key', () => given(keyThatIs.revoked).when(rotate()).thenRejected('api_key_not_active'));
it('refuses a suspended key', () => given(keyThatIs.suspended).when(rotate()).thenRejected('api_key_not_active'));
it('refuses an expired key', () => given(keyThatIs.expired).when(rotate()).thenRejected('api_key_not_active'));
it('refuses a key that was rotated away', () =>
  given(keyThatIs.rotatedAway).when(rotate()).thenRejected('api_key_not_active'));
it('refuses a key inside its grace, so that a lineage never branches', () =>
  given(keyThatIs.rotating).when(rotate()).thenRejected('api_key_not_active'));
it('refuses a grantor who would see the secret of a key that holds more', () =>
  given(keyThatIs.active)
    .when(rotate({ grantor: { kind: 'api_key', access: 'scoped', scopes: ['keys:manage'] } }))
    .thenRejected('scope_grant_forbidden'));
it('lets that grantor rotate itself', () =>
  given(keyThatIs.active)
    .when(rotate({ grantor: { kind: 'api_key', access: 'scoped', scopes: ['keys:manage'] }, isItself: true }))
    .then([rotated({ changes: atOnce() })]));
it('refuses the 1,001st rotation', () => {
  const history = Array.from({ length: 1000 }, (_, n) => apiKeyRotated({ from: keyId(n), to: keyId(n + 1) }));
  const last = { keyId: keyId(1000), successors: [candidate(1001)] };
  given([...keyThatIs.active, ...history.slice(0, 999)])
    .when(rotate({ ...last, keyId: keyId(999), successors: [candidate(1000)] }))
    .then([rotated({ from: keyId(999), n: 1000, changes: atOnce(1000) })]);
  given([...keyThatIs.active, ...history])
    .when(rotate(last))
    .thenRejected('lineage_exhausted');
});
it('asks for other ids where every candidate is taken', () =>
  given(keyThatIs.active)
    .when(rotate({ successors: [candidate(0)] }))
    .thenThrows(NoFreeKeyId));
it('does not take a candidate of another lineage, whose stream its id would not name', () =>
  given(keyThatIs.active)
    .when(rotate({ successors: [{ ...candidate(1), keyId: keyId(1, '0'.repeat(16)) }] }))
    .thenThrows(NoFreeKeyId));
