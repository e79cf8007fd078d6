import { apiKeyCreated, deciderSpec, keyId, keyThatIs, LATER } from '#libs/testing';
import type { FieldChange } from '../field-change.js';
import type { UpdateApiKey } from './api-key.commands.js';
import { apiKeyDecider } from './api-key.decider.js';
import type { ApiKeyUpdated } from './api-key.events.js';

const given = deciderSpec(apiKeyDecider);

function update(fields: Partial<UpdateApiKey>): UpdateApiKey {
  return { kind: 'UpdateApiKey', keyId: keyId(0), now: LATER * 1000, ...fields };
}

function updated(changes: readonly FieldChange[], name = 'GRC pipeline'): ApiKeyUpdated {
  return { type: 'api_key.updated', data: { key_id: keyId(0), name, changes } };
}

const scoped = apiKeyCreated({ access: 'scoped', scopes: ['agent:read', 'runs:read'] });

it('renames', () =>
  given(keyThatIs.active)
    .when(update({ name: ' New ' }))
    .then([updated([{ field: 'name', before: 'GRC pipeline', after: 'New' }], 'New')]));
it('describes', () =>
  given(keyThatIs.active)
    .when(update({ description: 'd' }))
    .then([updated([{ field: 'description', before: null, after: 'd' }])]));
it('clears the description', () =>
  given([apiKeyCreated({ description: 'd' })])
    .when(update({ description: null }))
    .then([updated([{ field: 'description', before: 'd', after: null }])]));
it('narrows a full key by naming a resource scope', () =>
  given(keyThatIs.active)
    .when(update({ scopes: ['runs:read'] }))
    .then([
      updated([
        { field: 'access', before: 'full', after: 'scoped' },
        { field: 'scopes', before: [], after: ['runs:read'] },
      ]),
    ]));
it('applies the default of access anew when scopes name no resource', () =>
  given([scoped])
    .when(update({ scopes: ['audit:read'] }))
    .then([
      updated([
        { field: 'access', before: 'scoped', after: 'full' },
        { field: 'scopes', before: ['agent:read', 'runs:read'], after: ['audit:read'] },
      ]),
    ]));
it('keeps the scopes where access alone is given', () =>
  given([apiKeyCreated({ scopes: ['audit:read'] })])
    .when(update({ access: 'scoped' }))
    .then([updated([{ field: 'access', before: 'full', after: 'scoped' }])]));
it('changes a suspended key', () =>
  given(keyThatIs.suspended)
    .when(update({ name: 'New' }))
    .then([updated([{ field: 'name', before: 'GRC pipeline', after: 'New' }], 'New')]));

it('writes nothing where nothing is given', () => given([scoped]).when(update({})).then([]));
it('writes nothing where everything is so already', () =>
  given([scoped])
    .when(
      update({
        name: 'GRC pipeline ',
        description: null,
        access: 'scoped',
        scopes: ['runs:read', 'agent:read', 'runs:read'],
      }),
    )
    .then([]));

it('refuses a blank name', () =>
  given([scoped])
    .when(update({ name: ' ' }))
    .thenRejected('invalid_name'));
it('refuses a long name', () =>
  given([scoped])
    .when(update({ name: 'n'.repeat(201) }))
    .thenRejected('validation_failed', ['name']));
it('refuses a long description', () =>
  given([scoped])
    .when(update({ description: 'd'.repeat(2001) }))
    .thenRejected('validation_failed', ['description']));
it('refuses full access together with a resource scope', () =>
  given([scoped])
    .when(update({ access: 'full', scopes: ['runs:read'] }))
    .thenRejected('validation_failed', ['access']));
it('refuses full access for a key that holds a resource scope', () =>
  given([scoped])
    .when(update({ access: 'full' }))
    .thenRejected('validation_failed', ['access']));
it('refuses what is wrong by itself before it looks for the key', () =>
  given([])
    .when(update({ access: 'full', scopes: ['runs:read'] }))
    .thenRejected('validation_failed', ['access']));

it('refuses a key that is not there', () =>
  given([])
    .when(update({ name: 'N' }))
    .thenRejected('api_key_not_found'));
it('refuses another id of the lineage', () =>
  given([scoped])
    .when(update({ keyId: keyId(7), name: 'N' }))
    .thenRejected('api_key_not_found'));
it('refuses a deleted key', () =>
  given(keyThatIs.deleted)
    .when(update({ name: 'N' }))
    .thenRejected('api_key_not_found'));
it('refuses a revoked key', () =>
  given(keyThatIs.revoked)
    .when(update({ name: 'N' }))
    .thenRejected('api_key_not_active'));
it('refuses an expired key, from its second on', () =>
  given(keyThatIs.expired)
    .when(update({ name: 'N' }))
    .thenRejected('api_key_not_active'));
it('refuses a rotating key', () =>
  given(keyThatIs.rotating)
    .when(update({ name: 'N' }))
    .thenRejected('api_key_not_active'));

it('refuses a grantor who adds what it does not hold', () =>
  given([scoped])
    .when(update({ scopes: ['runs:write'], grantor: { kind: 'api_key', access: 'scoped', scopes: ['runs:read'] } }))
    .thenRejected('scope_grant_forbidden'));
it('lets a grantor take away what it does not hold', () =>
  given([scoped])
    .when(update({ scopes: ['runs:read'], grantor: { kind: 'api_key', access: 'scoped', scopes: ['keys:manage'] } }))
    .then([updated([{ field: 'scopes', before: ['agent:read', 'runs:read'], after: ['runs:read'] }])]));
