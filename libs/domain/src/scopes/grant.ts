import type { KeyAccess } from '../api-key/api-key.events.js';
import { DomainRejection } from '../domain-rejection.js';
import { isResourceScope } from './admin-scopes.js';

/** What a key holds. */
export interface Grant {
  readonly access: KeyAccess;
  readonly scopes: readonly string[];
}

/** What a request says of it; what is left out takes its default. */
export interface GrantRequest {
  readonly access?: KeyAccess | undefined;
  readonly scopes?: readonly string[] | undefined;
}

/** Scopes as they are stored: without doubles, in the order in which they were asked for. */
function distinctScopes(scopes: readonly string[]): readonly string[] {
  return [...new Set(scopes)];
}

/**
 * A new grant. Without `access` a list that names a resource scope means just that list, and any other a standard key.
 * @throws DomainRejection `validation_failed` for `full` together with a resource scope: the list would restrict nothing
 */
export function grantOf({ access, scopes = [] }: GrantRequest): Grant {
  const namesResource = scopes.some(isResourceScope);
  if (access === 'full' && namesResource) {
    throw DomainRejection.ofField('access', 'cannot be full together with a resource scope');
  }
  return { access: access ?? (namesResource ? 'scoped' : 'full'), scopes: distinctScopes(scopes) };
}

/**
 * The grant after a change: new scopes without `access` apply its default anew, `access` alone keeps the scopes.
 * `before` is null for a key that is not there, whose change is measured as if all of it were new.
 * @throws DomainRejection `validation_failed`
 */
export function grantAfter(before: Grant | null, { access, scopes }: GrantRequest): Grant {
  if (scopes !== undefined) return grantOf({ access, scopes });
  if (access !== undefined) return grantOf({ access, scopes: before?.scopes });
  return before ?? { access: 'scoped', scopes: [] };
}
