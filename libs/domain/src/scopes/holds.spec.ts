import { DEFAULT_SCOPE_CATALOGUE } from './default-scope-catalogue.js';
import type { Grant } from './grant.js';
import { holds, missingScope } from './holds.js';

const full = (...scopes: string[]): Grant => ({ access: 'full', scopes });
const scoped = (...scopes: string[]): Grant => ({ access: 'scoped', scopes });

it.each<[string, Grant, string, boolean]>([
  ['full covers a resource scope', full(), 'runs:write', true],
  ['full covers a wildcard', full(), 'runs:*', true],
  ['full leaves out jobs:work', full(), 'jobs:work', false],
  ['full leaves out jobs:*, which contains it', full(), 'jobs:*', false],
  ['full has the rest of jobs', full(), 'jobs:write', true],
  ['full is no admin scope', full(), 'keys:manage', false],
  ['full may have admin scopes beside', full('keys:manage'), 'keys:manage', true],
  ['a list is just its scopes', scoped('runs:read'), 'runs:write', false],
  ['a list has its scopes', scoped('runs:read'), 'runs:read', true],
  ['a wildcard covers the actions of its resource', scoped('jobs:*'), 'jobs:work', true],
  ['a wildcard covers itself', scoped('jobs:*'), 'jobs:*', true],
  ['a wildcard ends at its resource', scoped('run:*'), 'runs:read', false],
  ['a wildcard never covers an admin scope', scoped('audit:*', 'keys:*'), 'audit:read', false],
  ['all but one action are no wildcard', scoped('metrics:read', 'metrics:write'), 'metrics:*', false],
  ['all actions are the wildcard', scoped('metrics:read', 'metrics:write', 'metrics:delete'), 'metrics:*', true],
  ['a resource that the catalogue lost has no actions to hold', scoped(), 'gone:*', false],
])('%s', (_, holder, scope, expected) => expect(holds(holder, scope, DEFAULT_SCOPE_CATALOGUE)).toBe(expected));

it('has all actions for less than the wildcard where no catalogue says which they are', () =>
  expect(holds(scoped('usage:read'), 'usage:*')).toBe(false));

it('names the first scope that is missing', () => {
  expect(missingScope(scoped('runs:read'), ['runs:read', 'runs:write', 'jobs:read'])).toBe('runs:write');
  expect(missingScope(full(), ['runs:read', 'runs:write'])).toBeNull();
  expect(missingScope(scoped(), [])).toBeNull();
});
