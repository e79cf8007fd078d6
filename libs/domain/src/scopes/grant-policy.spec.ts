import { DomainRejection } from '../domain-rejection.js';
import { assertMayCreate, assertMayRotate, assertMayUpdate, type Grantor } from './grant-policy.js';
import type { Grant, GrantRequest } from './grant.js';

const full = (...scopes: string[]): Grant => ({ access: 'full', scopes });
const scoped = (...scopes: string[]): Grant => ({ access: 'scoped', scopes });
const key = (grant: Grant): Grantor => ({ kind: 'api_key', ...grant });
const ADMIN: Grantor = { kind: 'admin' };

function isAllowed(assertion: () => void): boolean {
  try {
    assertion();
    return true;
  } catch (error) {
    if (error instanceof DomainRejection && error.code === 'scope_grant_forbidden') return false;
    throw error;
  }
}

it.each<[string, Grantor, Grant, boolean]>([
  ['an admin makes anything', ADMIN, full('keys:manage', 'audit:read', 'keys:verify'), true],
  ['a full key makes a full one', key(full('keys:manage')), full(), true],
  ['a full key makes a scoped one', key(full('keys:manage')), scoped('runs:read', 'runs:*'), true],
  ['a full key makes no worker', key(full('keys:manage')), scoped('jobs:work'), false],
  ['a full key grants no jobs:*', key(full('keys:manage')), scoped('jobs:*'), false],
  ['no key grants an admin scope, not even its own', key(full('keys:manage')), full('keys:manage'), false],
  ['a scoped key makes no full one', key(scoped('keys:manage')), full(), false],
  ['a scoped key grants what it holds', key(scoped('keys:manage', 'runs:*')), scoped('runs:read', 'runs:*'), true],
  ['a scoped key grants nothing else', key(scoped('keys:manage', 'runs:read')), scoped('runs:write'), false],
  [
    'holding all actions of now is not the wildcard, which has those to come',
    key(scoped('usage:read')),
    scoped('usage:*'),
    false,
  ],
  ['a key that can do nothing may be made by all', key(scoped('keys:manage')), scoped(), true],
])('on create, %s', (_, grantor, grant, allowed) =>
  expect(isAllowed(() => assertMayCreate(grantor, grant))).toBe(allowed),
);

it.each<[string, Grantor, Grant | null, GrantRequest, boolean]>([
  ['an admin changes anything', ADMIN, scoped(), full('keys:manage'), true],
  ['what the key has already does not count', key(scoped('keys:manage')), full('audit:read'), full('audit:read'), true],
  ['narrowing never counts', key(scoped('keys:manage')), full(), scoped('runs:read'), true],
  ['narrowing a wildcard never counts', key(scoped('keys:manage')), scoped('runs:*'), scoped('runs:read'), true],
  ['narrowing full to a worker adds', key(scoped('keys:manage')), full(), scoped('jobs:work'), false],
  ['an added admin scope counts', key(full('keys:manage')), full(), full('keys:manage'), false],
  [
    'an added resource scope counts',
    key(scoped('keys:manage')),
    scoped('runs:read'),
    scoped('runs:read', 'runs:write'),
    false,
  ],
  [
    'an added scope that it holds is allowed',
    key(scoped('keys:manage', 'runs:write')),
    scoped(),
    scoped('runs:write'),
    true,
  ],
  ['widening to full counts', key(scoped('keys:manage')), scoped(), { access: 'full' }, false],
  ['the default of access counts as asked for', key(scoped('keys:manage')), scoped('runs:read'), { scopes: [] }, false],
  ['a full key widens to full', key(full('keys:manage')), scoped(), { access: 'full' }, true],
  ['a new name adds nothing', key(scoped('keys:manage')), full('audit:read'), {}, true],
  ['a key that is not there has nothing yet', key(scoped('keys:manage')), null, { scopes: ['runs:read'] }, false],
  ['a new name of a key that is not there adds nothing', key(scoped('keys:manage')), null, {}, true],
])('on update, %s', (_, grantor, before, change, allowed) =>
  expect(isAllowed(() => assertMayUpdate(grantor, before, change))).toBe(allowed),
);

it.each<[string, Grantor, boolean, Grant, number | null | undefined, number | null, boolean]>([
  ['an admin rotates anything, for ever', ADMIN, false, full('keys:manage'), null, 10, true],
  ['a key rotates one that holds less', key(full('keys:manage')), false, scoped('runs:read'), undefined, 10, true],
  [
    'a key rotates one that holds the same, admin scopes too',
    key(full('keys:manage')),
    false,
    full('keys:manage'),
    undefined,
    10,
    true,
  ],
  [
    'a key rotates none with another admin scope',
    key(full('keys:manage')),
    false,
    full('audit:read'),
    undefined,
    10,
    false,
  ],
  ['a scoped key rotates no full one', key(scoped('keys:manage')), false, full(), undefined, 10, false],
  ['a full key rotates no worker', key(full('keys:manage')), false, scoped('jobs:work'), undefined, 10, false],
  ['a key rotates itself', key(scoped('keys:manage')), true, scoped('keys:manage'), undefined, 10, true],
  ['a key asks for the same lifetime', key(full('keys:manage')), true, full(), 10, 10, true],
  ['a key asks for a shorter one', key(full('keys:manage')), true, full(), 9, 10, true],
  ['a key asks for no longer one, not even for itself', key(full('keys:manage')), true, full(), 11, 10, false],
  ['a key does not take off its lifetime', key(full('keys:manage')), true, full(), null, 10, false],
  ['a key without a lifetime takes any', key(full('keys:manage')), true, full(), 10, null, true],
  ['a key without a lifetime stays so', key(full('keys:manage')), true, full(), null, null, true],
])('on rotate, %s', (_, grantor, isItself, target, lifetimeAsked, lastLifetime, allowed) =>
  expect(isAllowed(() => assertMayRotate(grantor, { isItself, target, lifetimeAsked, lastLifetime }))).toBe(allowed),
);
