import {
  apiKeyCreated,
  apiKeyDeleted,
  apiKeyReactivated,
  apiKeyRevoked,
  apiKeySuspended,
  deciderSpec,
  keyId,
  keyThatIs,
  LATER,
  START,
} from '#libs/testing';
import type { FieldChange } from '../field-change.js';
import { apiKeyDecider } from './api-key.decider.js';
import type { ApiKeyEvent } from './api-key.events.js';
import type { TransitionCommand } from './decide-transition.js';

const given = deciderSpec(apiKeyDecider);

type Kind = TransitionCommand['kind'];
const ask = (kind: Kind, reason: string | null = null, id = keyId(0)): TransitionCommand => ({
  ...{ kind, keyId: id, reason, now: LATER * 1000 + 1 },
});
const happened = (
  type: 'api_key.revoked' | 'api_key.suspended' | 'api_key.reactivated' | 'api_key.deleted',
  changes: readonly FieldChange[],
  id = keyId(0),
): ApiKeyEvent => ({ type, data: { key_id: id, name: 'GRC pipeline', changes } });

const status = (before: string, after: string | null): FieldChange => ({ field: 'status', before, after });
const revokedBy = (reason: string | null): readonly FieldChange[] => [
  { field: 'revoked_at', before: null, after: LATER },
  ...(reason === null ? [] : [{ field: 'revocation_reason', before: null, after: reason }]),
];

it('revokes an active key', () =>
  given(keyThatIs.active)
    .when(ask('RevokeApiKey', 'leak'))
    .then([happened('api_key.revoked', [status('active', 'revoked'), ...revokedBy('leak')])]));
it('revokes without a reason', () =>
  given(keyThatIs.active)
    .when(ask('RevokeApiKey'))
    .then([happened('api_key.revoked', [status('active', 'revoked'), ...revokedBy(null)])]));
it('shows that a revoked key holds nothing', () =>
  given([apiKeyCreated({ scopes: ['audit:read'] })])
    .when(ask('RevokeApiKey'))
    .then([
      happened('api_key.revoked', [
        status('active', 'revoked'),
        { field: 'scopes', before: ['audit:read'], after: [] },
        ...revokedBy(null),
      ]),
    ]));
it('revokes a suspended key', () =>
  given(keyThatIs.suspended)
    .when(ask('RevokeApiKey'))
    .then([happened('api_key.revoked', [status('suspended', 'revoked'), ...revokedBy(null)])]));
it('revokes an expired key', () =>
  given(keyThatIs.expired)
    .when(ask('RevokeApiKey'))
    .then([happened('api_key.revoked', [status('expired', 'revoked'), ...revokedBy(null)])]));
it('revokes a rotating key, which ends its grace', () =>
  given(keyThatIs.rotating)
    .when(ask('RevokeApiKey', 'leak'))
    .then([
      happened('api_key.revoked', [
        status('rotating', 'revoked'),
        ...revokedBy('leak'),
        { field: 'grace_expires_at', before: LATER + 1, after: LATER },
      ]),
    ]));
it('revokes a key once', () => given(keyThatIs.revoked).when(ask('RevokeApiKey', 'again')).then([]));
it('has a key that was rotated away for revoked', () =>
  given(keyThatIs.rotatedAway).when(ask('RevokeApiKey')).then([]));
it('has a key past its grace for revoked', () => given(keyThatIs.pastItsGrace).when(ask('RevokeApiKey')).then([]));

it('suspends an active key', () =>
  given(keyThatIs.active)
    .when(ask('SuspendApiKey', 'audit'))
    .then([
      happened('api_key.suspended', [
        status('active', 'suspended'),
        { field: 'suspended_at', before: null, after: LATER },
        { field: 'suspension_reason', before: null, after: 'audit' },
      ]),
    ]));
it('suspends a key once', () => given(keyThatIs.suspended).when(ask('SuspendApiKey', 'again')).then([]));
it('reactivates a suspended key', () =>
  given([...keyThatIs.active, apiKeySuspended({ at: START + 1, reason: 'audit' })])
    .when(ask('ReactivateApiKey'))
    .then([
      happened('api_key.reactivated', [
        status('suspended', 'active'),
        { field: 'suspended_at', before: START + 1, after: null },
        { field: 'suspension_reason', before: 'audit', after: null },
      ]),
    ]));
it('has an active key for reactivated', () =>
  given([...keyThatIs.suspended, apiKeyReactivated()])
    .when(ask('ReactivateApiKey'))
    .then([]));

it.each<Kind>(['SuspendApiKey', 'ReactivateApiKey'])(
  '%s refuses a key that is revoked, expired or rotating',
  (kind) => {
    given(keyThatIs.revoked).when(ask(kind)).thenRejected('api_key_not_active');
    given([...keyThatIs.suspended, apiKeyRevoked()])
      .when(ask(kind))
      .thenRejected('api_key_not_active');
    given(keyThatIs.rotatedAway).when(ask(kind)).thenRejected('api_key_not_active');
    given(keyThatIs.pastItsGrace).when(ask(kind)).thenRejected('api_key_not_active');
    given(keyThatIs.rotating).when(ask(kind)).thenRejected('api_key_not_active');
    given(keyThatIs.expired).when(ask(kind)).thenRejected('api_key_not_active');
    given([...keyThatIs.expired, apiKeySuspended()])
      .when(ask(kind))
      .thenRejected('api_key_not_active');
  },
);

it.each(['active', 'suspended', 'expired', 'revoked', 'rotating'] as const)('deletes a key that is %s', (before) =>
  given(keyThatIs[before])
    .when(ask('DeleteApiKey'))
    .then([happened('api_key.deleted', [status(before, null)])]),
);
it('leaves the other keys of the lineage when one is deleted', () =>
  given([...keyThatIs.rotatedAway, apiKeyDeleted()])
    .when(ask('RevokeApiKey', null, keyId(1)))
    .then([happened('api_key.revoked', [status('active', 'revoked'), ...revokedBy(null)], keyId(1))]));

it.each<Kind>(['RevokeApiKey', 'SuspendApiKey', 'ReactivateApiKey', 'DeleteApiKey'])(
  '%s refuses a key that is not there, or no longer',
  (kind) => {
    given([]).when(ask(kind)).thenRejected('api_key_not_found');
    given(keyThatIs.active)
      .when(ask(kind, null, keyId(1)))
      .thenRejected('api_key_not_found');
    given(keyThatIs.deleted).when(ask(kind)).thenRejected('api_key_not_found');
  },
);
it.each<Kind>(['RevokeApiKey', 'SuspendApiKey', 'ReactivateApiKey', 'DeleteApiKey'])(
  '%s refuses a reason that is too long or holds a NUL',
  (kind) => {
    given(keyThatIs.active)
      .when(ask(kind, 'r'.repeat(2001)))
      .thenRejected('validation_failed', ['reason']);
    given(keyThatIs.active).when(ask(kind, '\0')).thenRejected('validation_failed', ['reason']);
  },
);
