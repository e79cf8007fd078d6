import { isAdminScope } from './admin-scopes.js';
import type { Grant } from './grant.js';
import { wildcardResource } from './known-scope.js';
import type { ScopeCatalogue } from './scope-catalogue.js';

/** A worker's scope opens the inputs of every job, so `full`, which every standard key has, leaves it out. */
const NEVER_BY_FULL = 'jobs:work';

/**
 * Whether a key with that grant may do what the scope stands for. `full` is every resource scope but `jobs:work`, and
 * never an admin scope; `resource:*` covers the actions of its resource. `resource:*` itself is held by `full` (but not
 * `jobs:*`), by the wildcard, and, where a catalogue is given, by all actions that the resource has now.
 */
export function holds(holder: Grant, scope: string, catalogue?: ScopeCatalogue): boolean {
  if (holder.scopes.includes(scope)) return true;
  if (isAdminScope(scope)) return false;
  const resource = scope.slice(0, scope.indexOf(':'));
  if (holder.scopes.includes(`${resource}:*`)) return true;
  const isWildcard = wildcardResource(scope) !== null;
  if (holder.access === 'full') return isWildcard ? resource !== 'jobs' : scope !== NEVER_BY_FULL;
  if (!isWildcard) return false;
  const actions = catalogue?.resources.find((candidate) => candidate.resource === resource)?.actions ?? [];
  return actions.length > 0 && actions.every(({ action }) => holder.scopes.includes(`${resource}:${action}`));
}

/** The first of the needed scopes that the grant does not hold, or null. */
export function missingScope(holder: Grant, needed: readonly string[], catalogue?: ScopeCatalogue): string | null {
  return needed.find((scope) => !holds(holder, scope, catalogue)) ?? null;
}
