import { DomainRejection, type RejectionCode } from '../domain-rejection.js';
import { DEFAULT_SCOPE_CATALOGUE } from './default-scope-catalogue.js';
import type { Grant, GrantRequest } from './grant.js';
import { resolveGrant, resolveUpdate, type GrantRequestWithPreset } from './resolve-grant.js';

it.each<[string, GrantRequestWithPreset, Grant]>([
  ['nothing is the standard key', {}, { access: 'full', scopes: [] }],
  ['no scopes are the standard key', { scopes: [] }, { access: 'full', scopes: [] }],
  [
    'admin scopes are a standard key with them',
    { scopes: ['keys:manage', 'audit:read'] },
    { access: 'full', scopes: ['keys:manage', 'audit:read'] },
  ],
  [
    'a resource scope makes the key scoped',
    { scopes: ['runs:*', 'audit:read'] },
    { access: 'scoped', scopes: ['runs:*', 'audit:read'] },
  ],
  ['scoped without scopes can do nothing', { access: 'scoped' }, { access: 'scoped', scopes: [] }],
  ['full with admin scopes', { access: 'full', scopes: ['keys:verify'] }, { access: 'full', scopes: ['keys:verify'] }],
  ['a preset stands for its scopes', { preset: 'worker' }, { access: 'scoped', scopes: ['jobs:work'] }],
  ['a preset of admin scopes is scoped too', { preset: 'auditor' }, { access: 'scoped', scopes: ['audit:read'] }],
])('%s', (_, request, grant) => expect(resolveGrant(DEFAULT_SCOPE_CATALOGUE, request)).toEqual(grant));

it.each<[string, GrantRequestWithPreset, RejectionCode, string]>([
  ['an unknown scope', { scopes: ['runs:read', 'runs:fly'] }, 'unknown_scope', 'scopes.1'],
  ['a wildcard of an unknown resource', { scopes: ['rockets:*'] }, 'unknown_scope', 'scopes.0'],
  ['a wildcard over admin scopes', { scopes: ['keys:*'] }, 'unknown_scope', 'scopes.0'],
  ['a wildcard over everything', { scopes: ['*'] }, 'unknown_scope', 'scopes.0'],
  [
    'a scope of the second document that does not exist here',
    { scopes: ['api-keys:read'] },
    'unknown_scope',
    'scopes.0',
  ],
  ['full with a resource scope', { access: 'full', scopes: ['runs:read'] }, 'validation_failed', 'access'],
  ['an unknown preset', { preset: 'root' }, 'validation_failed', 'preset'],
  ['a preset with scopes', { preset: 'worker', scopes: [] }, 'validation_failed', 'scopes'],
  ['a preset with access', { preset: 'worker', access: 'scoped' }, 'validation_failed', 'access'],
])('refuses %s', (_, request, code, field) => {
  const rejection = rejectionOf(() => resolveGrant(DEFAULT_SCOPE_CATALOGUE, request));
  expect([rejection.code, rejection.fields?.map((problem) => problem.field)]).toEqual([code, [field]]);
});

it.each<[string, GrantRequest, GrantRequest]>([
  ['nothing', {}, {}],
  ['access alone, which depends on the key', { access: 'full' }, { access: 'full' }],
  ['scopes with the default of access', { scopes: ['runs:read'] }, { access: 'scoped', scopes: ['runs:read'] }],
])('takes from a change %s', (_, request, expected) =>
  expect(resolveUpdate(DEFAULT_SCOPE_CATALOGUE, request)).toEqual(expected),
);

it('refuses an unknown scope in a change', () =>
  expect(rejectionOf(() => resolveUpdate(DEFAULT_SCOPE_CATALOGUE, { scopes: ['x:y'] })).code).toBe('unknown_scope'));

function rejectionOf(resolve: () => unknown): DomainRejection {
  try {
    resolve();
  } catch (error) {
    if (error instanceof DomainRejection) return error;
    throw error;
  }
  throw new Error('expected a rejection');
}
