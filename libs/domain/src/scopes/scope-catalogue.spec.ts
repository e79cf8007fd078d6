import { readFileSync } from 'node:fs';
import { DEFAULT_SCOPE_CATALOGUE } from './default-scope-catalogue.js';
import { isKnownScope } from './known-scope.js';
import { listScopes } from './list-scopes.js';
import { InvalidScopeCatalogue, parseScopeCatalogue } from './parse-scope-catalogue.js';

const shippedFile: unknown = JSON.parse(
  readFileSync(new URL('../../../../config/scopes.json', import.meta.url), 'utf8'),
);

it('ships the default as a file too', () => expect(shippedFile).toEqual(DEFAULT_SCOPE_CATALOGUE));
it('accepts what it ships', () => expect(parseScopeCatalogue(shippedFile)).toEqual(DEFAULT_SCOPE_CATALOGUE));

it('has every scope of the contract', () => {
  const shipped = DEFAULT_SCOPE_CATALOGUE.resources.map(
    ({ resource, actions }) => `${resource}:${actions.map(({ action }) => action).join('|')}`,
  );
  expect(shipped).toEqual([
    ...[
      'agent:read|write',
      'documents:read|write',
      'reports:read|compare',
      'extract:read|write',
      'jobs:read|write|work',
    ],
    ...[
      'usage:read',
      'webhooks:read|write',
      'runs:read|write',
      'agents:read|write',
      'conversations:read|submit|delete',
    ],
    ...['metrics:read|write|delete', 'test-sets:read|write', 'test-cases:read|write', 'personas:read|write|delete'],
    ...[
      'simulations:read|write',
      'traces:read|write',
      'dashboards:read|write|delete',
      'scheduled-runs:read|write|delete',
    ],
    'run-templates:read|write|delete',
  ]);
  expect(DEFAULT_SCOPE_CATALOGUE.presets.map(({ name }) => name)).toEqual([
    'read_only',
    'run_evaluations',
    'upload_conversations',
    'job_submitter',
    'worker',
    'auditor',
  ]);
});

it('has every read of a resource in read_only', () => {
  const reads = listScopes(DEFAULT_SCOPE_CATALOGUE).data.filter(
    ({ kind, action }) => kind === 'resource' && action === 'read',
  );
  expect(DEFAULT_SCOPE_CATALOGUE.presets[0]?.scopes).toEqual(reads.map(({ scope }) => scope));
});

const tiny = {
  resources: [{ resource: 'runs', actions: [{ action: 'read', description: 'Read runs.' }] }],
  presets: [{ name: 'p', label: 'P', scopes: ['runs:*', 'audit:read'] }],
};

it('lists admin scopes, then the catalogue', () => {
  const { data, presets } = listScopes(parseScopeCatalogue(tiny));
  expect(data.map(({ scope, kind }) => [scope, kind])).toEqual([
    ...[
      ['keys:manage', 'admin'],
      ['audit:read', 'admin'],
      ['keys:verify', 'admin'],
      ['runs:read', 'resource'],
    ],
  ]);
  expect(data.at(-1)).toEqual({
    scope: 'runs:read',
    resource: 'runs',
    action: 'read',
    kind: 'resource',
    description: 'Read runs.',
  });
  expect(presets).toEqual(tiny.presets);
});

it.each([
  ['runs:read', true],
  ['runs:*', true],
  ['keys:manage', true],
  ['runs:write', false],
  ['keys:*', false],
  ['*', false],
  ['', false],
])('knows %j: %s', (scope, known) => expect(isKnownScope(tiny, scope)).toBe(known));

const withResource = (resource: unknown) => ({ ...tiny, resources: [...tiny.resources, resource] });
const withPreset = (preset: unknown) => ({ ...tiny, presets: [...tiny.presets, preset] });
const actions = [{ action: 'read', description: 'd' }];

it.each<[string, unknown, string]>([
  ['no object', [], 'the catalogue must be an object'],
  ['null', null, 'the catalogue must be an object'],
  ['no resources', { presets: [] }, 'resources must be a list'],
  ['no presets', { resources: [] }, 'presets must be a list'],
  ['an unknown member', { ...tiny, scopes: [] }, 'the catalogue has the unknown member "scopes"'],
  ['a resource that is none', withResource('runs'), 'resources[1] must be an object'],
  ['a name in capitals', withResource({ resource: 'Runs', actions }), 'resources[1].resource must match'],
  ['a name with a colon', withResource({ resource: 'a:b', actions }), 'resources[1].resource must match'],
  ['a resource twice', withResource({ resource: 'runs', actions }), 'resources names "runs" twice'],
  [
    'an admin scope defined anew',
    withResource({ resource: 'audit', actions }),
    'resources[1].resource must not be "audit"',
  ],
  ['no actions', withResource({ resource: 'a', actions: [] }), 'resources[1].actions must not be empty'],
  [
    'an action twice',
    withResource({ resource: 'a', actions: [...actions, ...actions] }),
    'resources[1].actions names "read" twice',
  ],
  [
    'a wildcard action',
    withResource({ resource: 'a', actions: [{ action: '*', description: 'd' }] }),
    'resources[1].actions[0].action must match',
  ],
  [
    'an action without description',
    withResource({ resource: 'a', actions: [{ action: 'read' }] }),
    'resources[1].actions[0].description must be a text',
  ],
  ['a preset twice', withPreset(tiny.presets[0]), 'presets names "p" twice'],
  ['a preset without label', withPreset({ name: 'q', scopes: ['runs:read'] }), 'presets[1].label must be a text'],
  ['a preset without scopes', withPreset({ name: 'q', label: 'Q', scopes: [] }), 'presets[1].scopes must not be empty'],
  [
    'a preset with a scope twice',
    withPreset({ name: 'q', label: 'Q', scopes: ['runs:read', 'runs:read'] }),
    'presets[1].scopes names "runs:read" twice',
  ],
  [
    'a preset with an unknown scope',
    withPreset({ name: 'q', label: 'Q', scopes: ['runs:fly'] }),
    'preset q names the unknown scope "runs:fly"',
  ],
])('refuses %s and says where', (_, json, message) => {
  expect(() => parseScopeCatalogue(json)).toThrow(InvalidScopeCatalogue);
  expect(() => parseScopeCatalogue(json)).toThrow(message);
});
