import { DomainRejection } from '../domain-rejection.js';
import { grantOf, type Grant, type GrantRequest } from './grant.js';
import { assertKnownScopes } from './known-scope.js';
import type { ScopeCatalogue } from './scope-catalogue.js';

export interface GrantRequestWithPreset extends GrantRequest {
  readonly preset?: string | undefined;
}

/**
 * What a new key shall hold. `preset` stands for its scopes with `access` `scoped`, and excludes the other two.
 * @throws DomainRejection `unknown_scope`, `validation_failed`
 */
export function resolveGrant(catalogue: ScopeCatalogue, request: GrantRequestWithPreset): Grant {
  const { preset: name, scopes, access } = request;
  if (name === undefined) {
    assertKnownScopes(catalogue, scopes ?? []);
    return grantOf({ access, scopes });
  }
  if (scopes !== undefined) throw DomainRejection.ofField('scopes', 'cannot be given together with preset');
  if (access !== undefined) throw DomainRejection.ofField('access', 'cannot be given together with preset');
  const preset = catalogue.presets.find((candidate) => candidate.name === name);
  if (preset === undefined) throw DomainRejection.ofField('preset', 'is not a known preset');
  return grantOf({ access: 'scoped', scopes: preset.scopes });
}

/**
 * What a change says of a key's grant, with known scopes only; new scopes carry their access, and what is left out
 * depends on the key. @throws DomainRejection `unknown_scope`, `validation_failed`
 */
export function resolveUpdate(catalogue: ScopeCatalogue, { access, scopes }: GrantRequest): GrantRequest {
  if (scopes === undefined) return { access };
  assertKnownScopes(catalogue, scopes);
  return grantOf({ access, scopes });
}
