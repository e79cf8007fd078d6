import {
  apiKeyCreated,
  apiKeyDeleted,
  apiKeyReactivated,
  apiKeyRevoked,
  apiKeyRotated,
  apiKeySuspended,
  apiKeyUpdated,
  keyId,
  START,
} from '#libs/testing';
import type { Recorded } from '../recorded.js';
import { MalformedEvent } from '../stored/malformed-event.js';
import { apiKeyDecider } from './api-key.decider.js';
import type { ApiKeyEvent } from './api-key.events.js';
import type { KeyState, LineageState } from './api-key.state.js';

const fold = (...events: readonly Recorded<ApiKeyEvent>[]): LineageState =>
  events.reduce((state, event) => apiKeyDecider.evolve(state, event), apiKeyDecider.initialState);

const created = apiKeyCreated(
  { scopes: ['audit:read'], lifetime_seconds: 1000, expires_at: START + 1000 },
  { at: START + 0.999 },
);

const first: KeyState = {
  ...{ id: keyId(0), name: 'GRC pipeline', description: null, type: 'service', environment: 'live' },
  ...{ access: 'full', scopes: ['audit:read'], lifetimeSeconds: 1000, expiresAt: START + 1000 },
  ...{ hint: 'ak_live_AbCd…cdef', hash: 'hash-0', pepperVersion: 1, createdAt: START, updatedAt: START },
  ...{ createdBy: { type: 'user', id: 'user_ada' }, revoked: null, suspended: null, rotatedFrom: null },
  ...{ rotatedTo: null, rotationReason: null, graceExpiresAt: null, deleted: false },
};

it('begins with a key of the organization that the metadata names, its times cut to the second', () =>
  expect(fold(created)).toEqual({ orgId: 'org_a', keys: [first] }));

it('changes what an update names', () => {
  const changes = [
    { field: 'name', before: 'GRC pipeline', after: 'New' },
    { field: 'description', before: null, after: 'd' },
    { field: 'access', before: 'full', after: 'scoped' },
    { field: 'scopes', before: ['audit:read'], after: ['runs:read'] },
  ];
  const after: KeyState = {
    ...first,
    name: 'New',
    description: 'd',
    access: 'scoped',
    scopes: ['runs:read'],
    updatedAt: START + 5,
  };
  expect(fold(created, apiKeyUpdated(changes, { at: START + 5 })).keys).toEqual([after]);
});

it('suspends, reactivates, revokes and deletes with the reason of the metadata', () => {
  const suspended = fold(created, apiKeySuspended({ at: START + 1, reason: 'audit' }));
  expect(suspended.keys[0]?.suspended).toEqual({ at: START + 1, reason: 'audit' });
  expect(fold(created, apiKeySuspended(), apiKeyReactivated({ at: START + 2 })).keys).toEqual([
    { ...first, updatedAt: START + 2 },
  ]);
  const revoked = fold(created, apiKeyRevoked({ at: START + 3, reason: 'leak' })).keys;
  expect(revoked).toEqual([{ ...first, revoked: { at: START + 3, reason: 'leak' }, updatedAt: START + 3 }]);
  expect(fold(created, apiKeyDeleted({ at: START + 4 })).keys).toEqual([
    { ...first, deleted: true, updatedAt: START + 4 },
  ]);
});

it('hands everything on to the successor but what happened to the old key', () => {
  const rotation = apiKeyRotated(
    { graceExpiresAt: START + 60, lifetimeSeconds: 1000, expiresAt: START + 1010 },
    { at: START + 10, reason: 'quarterly', actor: { type: 'api_key', id: 'ak_caller', name: 'Rotator' } },
  );
  const at = START + 10;
  const [old, successor] = fold(created, rotation).keys;
  expect(old).toEqual({
    ...first,
    rotatedTo: keyId(1),
    rotationReason: 'quarterly',
    graceExpiresAt: START + 60,
    updatedAt: at,
  });
  expect(successor).toEqual({
    ...first,
    ...{ id: keyId(1), hint: 'ak_live_AbCd…next', hash: `hash-${keyId(1)}`, expiresAt: START + 1010 },
    ...{ createdAt: at, updatedAt: at, createdBy: { type: 'api_key', id: 'ak_caller' }, rotatedFrom: keyId(0) },
  });
});

it('revokes at once without a grace, as rotated where no reason was given', () =>
  expect(fold(created, apiKeyRotated({}, { at: START + 10 })).keys[0]?.revoked).toEqual({
    at: START + 10,
    reason: 'rotated',
  }));

it('ends the grace of an older key at the next rotation, with the reason of its own rotation', () => {
  const inGrace = apiKeyRotated({ graceExpiresAt: START + 60 }, { at: START + 10, reason: 'quarterly' });
  const next = apiKeyRotated({ from: keyId(1), to: keyId(2) }, { at: START + 20, reason: 'leak' });
  const [oldest] = fold(created, inGrace, next).keys;
  expect(oldest).toMatchObject({
    revoked: { at: START + 20, reason: 'quarterly' },
    graceExpiresAt: START + 20,
    updatedAt: START + 20,
  });
});

it.each<[string, number, readonly Recorded<ApiKeyEvent>[]]>([
  ['whose grace was over, at that very second too', START + 20, []],
  ['that was revoked', START + 60, [apiKeyRevoked({ at: START + 15 })]],
  ['that is deleted', START + 60, [apiKeyDeleted({ at: START + 15 })]],
])('leaves an older key as it is %s', (_, graceExpiresAt, between) => {
  const before = [created, apiKeyRotated({ graceExpiresAt }, { at: START + 10 }), ...between];
  const next = apiKeyRotated({ from: keyId(1), to: keyId(2) }, { at: START + 20 });
  expect(fold(...before, next).keys[0]).toEqual(fold(...before).keys[0]);
});

it('ends the grace with the revocation', () => {
  const inGrace = apiKeyRotated({ graceExpiresAt: START + 60 }, { at: START + 10 });
  const revoked = fold(created, inGrace, apiKeyRevoked({ at: START + 15 })).keys[0];
  expect(revoked).toMatchObject({ revoked: { at: START + 15, reason: null }, graceExpiresAt: START + 15 });
});

it.each<[string, readonly Recorded<ApiKeyEvent>[]]>([
  ['a second creation', [created, created]],
  ['a transition of a key that is not there', [created, apiKeyRevoked({}, keyId(1))]],
  ['a rotation of a key that is not there', [created, apiKeyRotated({ from: keyId(3) })]],
  ['a successor that is there already', [created, apiKeyRotated({ to: keyId(0) })]],
  [
    'an update of a field that cannot change',
    [created, apiKeyUpdated([{ field: 'status', before: 'active', after: 'revoked' }])],
  ],
  ['an update to what a field cannot be', [created, apiKeyUpdated([{ field: 'name', before: 'a', after: null }])]],
  ['a time that is none', [{ ...created, metadata: { ...created.metadata, occurred_at: 'yesterday' } }]],
])('throws on %s instead of folding it', (_, events) => expect(() => fold(...events)).toThrow(MalformedEvent));
