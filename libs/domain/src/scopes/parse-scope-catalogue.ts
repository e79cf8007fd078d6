import { ADMIN_SCOPES } from './admin-scopes.js';
import { isKnownScope } from './known-scope.js';
import type { ScopeAction, ScopeCatalogue, ScopePreset, ScopeResource } from './scope-catalogue.js';

const NAME = /^[a-z][a-z0-9_-]*$/;

/** The operator's catalogue cannot be used; the message says where and why. The process does not start with it. */
export class InvalidScopeCatalogue extends Error {
  readonly code = 'invalid_scope_catalogue';
  override readonly name = 'InvalidScopeCatalogue';
}

/** Checks the operator's file, as JSON. @throws InvalidScopeCatalogue naming the first thing that is wrong */
export function parseScopeCatalogue(json: unknown): ScopeCatalogue {
  const root = objectAt('the catalogue', json, ['resources', 'presets']);
  const resources = listAt('resources', root['resources']).map((value, index) => parseResource(value, index));
  requireDistinct(
    'resources',
    resources.map(({ resource }) => resource),
  );
  const presets = listAt('presets', root['presets']).map((value, index) => parsePreset(value, index));
  requireDistinct(
    'presets',
    presets.map(({ name }) => name),
  );
  const catalogue = { resources, presets };
  for (const preset of presets) {
    const unknown = preset.scopes.find((scope) => !isKnownScope(catalogue, scope));
    if (unknown !== undefined) throw invalid(`preset ${preset.name}`, `names the unknown scope ${quoted(unknown)}`);
  }
  return catalogue;
}

function parseResource(value: unknown, index: number): ScopeResource {
  const at = `resources[${index}]`;
  const fields = objectAt(at, value, ['resource', 'actions']);
  const resource = nameAt(`${at}.resource`, fields['resource']);
  // A resource of that name would make `audit:*` read as if it covered `audit:read`, which it must never do.
  if (ADMIN_SCOPES.some((admin) => admin.resource === resource)) {
    throw invalid(`${at}.resource`, `must not be ${quoted(resource)}, which is kept for admin scopes`);
  }
  const actions = listAt(`${at}.actions`, fields['actions']).map((action, position) =>
    parseAction(action, `${at}.actions[${position}]`),
  );
  if (actions.length === 0) throw invalid(`${at}.actions`, 'must not be empty');
  requireDistinct(
    `${at}.actions`,
    actions.map(({ action }) => action),
  );
  return { resource, actions };
}

function parseAction(value: unknown, at: string): ScopeAction {
  const fields = objectAt(at, value, ['action', 'description']);
  return {
    action: nameAt(`${at}.action`, fields['action']),
    description: textAt(`${at}.description`, fields['description']),
  };
}

function parsePreset(value: unknown, index: number): ScopePreset {
  const at = `presets[${index}]`;
  const fields = objectAt(at, value, ['name', 'label', 'scopes']);
  const scopes = listAt(`${at}.scopes`, fields['scopes']).map((scope, position) =>
    textAt(`${at}.scopes[${position}]`, scope),
  );
  if (scopes.length === 0) throw invalid(`${at}.scopes`, 'must not be empty');
  requireDistinct(`${at}.scopes`, scopes);
  return { name: nameAt(`${at}.name`, fields['name']), label: textAt(`${at}.label`, fields['label']), scopes };
}

function objectAt(at: string, value: unknown, known: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(at, 'must be an object');
  const fields = Object.fromEntries<unknown>(Object.entries(value));
  const unknown = Object.keys(fields).find((name) => !known.includes(name));
  if (unknown !== undefined) throw invalid(at, `has the unknown member ${quoted(unknown)}`);
  return fields;
}

function listAt(at: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid(at, 'must be a list');
  return value;
}

function textAt(at: string, value: unknown): string {
  if (typeof value !== 'string' || value.trim() === '') throw invalid(at, 'must be a text that is not blank');
  return value;
}

function nameAt(at: string, value: unknown): string {
  const name = textAt(at, value);
  if (!NAME.test(name)) throw invalid(at, `must match ${NAME.source}, ${quoted(name)} does not`);
  return name;
}

function requireDistinct(at: string, names: readonly string[]): void {
  const double = names.find((name, index) => names.indexOf(name) !== index);
  if (double !== undefined) throw invalid(at, `names ${quoted(double)} twice`);
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

function invalid(at: string, problem: string): InvalidScopeCatalogue {
  return new InvalidScopeCatalogue(`${at} ${problem}`);
}
