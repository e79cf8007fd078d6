import { apiKeyCreated, deciderSpec, keyId, START } from '#libs/testing';
import type { CreateApiKey } from './api-key.commands.js';
import { apiKeyDecider } from './api-key.decider.js';
import type { ApiKeyCreated } from './api-key.events.js';
import { NoFreeKeyId } from './no-free-key-id.js';

const given = deciderSpec(apiKeyDecider);

function create(fields: Partial<CreateApiKey> = {}): CreateApiKey {
  return {
    kind: 'CreateApiKey',
    keyId: keyId(0),
    name: 'GRC pipeline',
    description: null,
    type: 'service',
    environment: 'live',
    access: 'full',
    scopes: [],
    lifetimeSeconds: null,
    hint: 'ak_live_AbCd…cdef',
    hash: 'hash-0',
    pepperVersion: 1,
    now: START * 1000 + 999,
    ...fields,
  };
}

function created(fields: Partial<ApiKeyCreated['data']> = {}): ApiKeyCreated {
  const { type, data } = apiKeyCreated(fields);
  return { type, data };
}

it.each<[string, Partial<CreateApiKey>, Partial<ApiKeyCreated['data']>]>([
  ['a standard key', {}, {}],
  ['a name, trimmed', { name: ' \u00a0CI  ' }, { name: 'CI' }],
  ['a name of 200 code points beyond the basic plane', { name: '🔑'.repeat(200) }, { name: '🔑'.repeat(200) }],
  ['a description with tabs and line breaks', { description: 'a\tb\r\nc' }, { description: 'a\tb\r\nc' }],
  ['a description of 2,000 characters', { description: 'd'.repeat(2000) }, { description: 'd'.repeat(2000) }],
  ['a user key for tests', { type: 'user', environment: 'test' }, { key_type: 'user', environment: 'test' }],
  ['a key that lives one second', { lifetimeSeconds: 1 }, { lifetime_seconds: 1, expires_at: START + 1 }],
  [
    'a key that lives ten years',
    { lifetimeSeconds: 315_360_000 },
    { lifetime_seconds: 315_360_000, expires_at: START + 315_360_000 },
  ],
  [
    'a full key with admin scopes',
    { scopes: ['keys:manage', 'audit:read'] },
    { scopes: ['keys:manage', 'audit:read'] },
  ],
  [
    'scopes once each, in the order asked for',
    { access: 'scoped', scopes: ['runs:read', 'agent:read', 'runs:read'] },
    { access: 'scoped', scopes: ['runs:read', 'agent:read'] },
  ],
])('makes %s', (_, command, data) =>
  given([])
    .when(create(command))
    .then([created(data)]),
);

it('refuses an empty name', () =>
  given([])
    .when(create({ name: '' }))
    .thenRejected('invalid_name'));
it('refuses a blank name', () =>
  given([])
    .when(create({ name: ' \t\n ' }))
    .thenRejected('invalid_name'));

it.each<[string, Partial<CreateApiKey>, string]>([
  ['a name of 201 characters', { name: 'n'.repeat(201) }, 'name'],
  ['a name with a NUL', { name: 'a\0b' }, 'name'],
  ['a name with a line break', { name: 'a\nb' }, 'name'],
  ['a name with a lone surrogate', { name: 'a\ud800b' }, 'name'],
  ['a description of 2,001 characters', { description: 'd'.repeat(2001) }, 'description'],
  ['a description with a bell', { description: 'a\u0007' }, 'description'],
  ['a lifetime of nothing', { lifetimeSeconds: 0 }, 'seconds_until_expiration'],
  ['a lifetime of more than ten years', { lifetimeSeconds: 315_360_001 }, 'seconds_until_expiration'],
  ['a lifetime with a fraction', { lifetimeSeconds: 1.5 }, 'seconds_until_expiration'],
  ['full access together with a resource scope', { access: 'full', scopes: ['runs:read'] }, 'access'],
])('refuses %s and names the field', (_, command, field) => {
  given([]).when(create(command)).thenRejected('validation_failed', [field]);
});

it('asks for another id where the lineage exists', () =>
  given([apiKeyCreated()]).when(create()).thenThrows(NoFreeKeyId));
