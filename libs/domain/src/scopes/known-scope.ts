import { DomainRejection } from '../domain-rejection.js';
import { isAdminScope } from './admin-scopes.js';
import type { ScopeCatalogue } from './scope-catalogue.js';

/** The resource of `resource:*`, null for every other scope. */
export function wildcardResource(scope: string): string | null {
  return scope.endsWith(':*') ? scope.slice(0, -2) : null;
}

/** Whether the scope may be granted and asked for: an admin scope, one of the catalogue, or `resource:*` of one of it. */
export function isKnownScope(catalogue: ScopeCatalogue, scope: string): boolean {
  if (isAdminScope(scope)) return true;
  return catalogue.resources.some(
    ({ resource, actions }) =>
      scope === `${resource}:*` || actions.some(({ action }) => scope === `${resource}:${action}`),
  );
}

/** @throws DomainRejection `unknown_scope`, with one of `fields` for each that is not known */
export function assertKnownScopes(catalogue: ScopeCatalogue, scopes: readonly string[]): void {
  const fields = scopes.flatMap((scope, index) =>
    isKnownScope(catalogue, scope) ? [] : [{ field: `scopes.${index}`, message: 'is not a known scope' }],
  );
  if (fields.length > 0) throw new DomainRejection('unknown_scope', 'Unknown scope.', { fields });
}
