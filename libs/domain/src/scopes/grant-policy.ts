import { DomainRejection } from '../domain-rejection.js';
import { isAdminScope } from './admin-scopes.js';
import { grantAfter, type Grant, type GrantRequest } from './grant.js';
import { holds } from './holds.js';

/**
 * Who grants: an admin may grant everything, a key never an admin scope and never what it does not hold, so that a
 * leaked key cannot make a stronger one. All throw DomainRejection `scope_grant_forbidden`.
 */
export type Grantor = { readonly kind: 'admin' } | ({ readonly kind: 'api_key' } & Grant);

const NOTHING: Grant = { access: 'scoped', scopes: [] };

/** May the grantor make a key that holds this? */
export function assertMayCreate(grantor: Grantor, grant: Grant): void {
  assertMayAdd(grantor, NOTHING, grant);
}

/**
 * May the grantor change what a key holds? Only what the change adds counts: taking away is always allowed. `before` is
 * null for a key that is not there, so that the answer does not tell whether it is.
 */
export function assertMayUpdate(grantor: Grantor, before: Grant | null, change: GrantRequest): void {
  assertMayAdd(grantor, before ?? NOTHING, grantAfter(before, change));
}

export interface RotationToAllow {
  /** The grantor rotates the very key that it calls with. */
  readonly isItself: boolean;
  /** What the key to be rotated holds, or held last. */
  readonly target: Grant;
  /** Undefined: as last asked for; null: for ever. */
  readonly lifetimeAsked: number | null | undefined;
  /** What the key's lifetime was asked to be, null: for ever. */
  readonly lastLifetime: number | null;
}

/** May the grantor see the secret of that key's successor, which holds what the key held, for that long? */
export function assertMayRotate(grantor: Grantor, rotation: RotationToAllow): void {
  if (grantor.kind === 'admin') return;
  const { isItself, target, lifetimeAsked, lastLifetime } = rotation;
  if (!isItself && holdsMore(target, grantor))
    throw forbidden('A key cannot rotate a key that holds more than itself.');
  const isLonger =
    lifetimeAsked !== undefined && lastLifetime !== null && (lifetimeAsked === null || lifetimeAsked > lastLifetime);
  if (isLonger) throw forbidden("A key cannot ask for a longer lifetime than the rotated key's last one.");
}

function assertMayAdd(grantor: Grantor, before: Grant, after: Grant): void {
  if (grantor.kind === 'admin') return;
  if (after.access === 'full' && before.access !== 'full' && grantor.access !== 'full') {
    throw forbidden('A key that is not full cannot grant full access.');
  }
  for (const scope of after.scopes.filter((added) => !holds(before, added))) {
    if (isAdminScope(scope)) throw forbidden(`A key cannot grant the admin scope ${scope}.`);
    // Without the catalogue on purpose: a wildcard grants later actions too, holding all present ones is not enough.
    if (!holds(grantor, scope)) throw forbidden(`A key cannot grant ${scope}, which it does not hold itself.`);
  }
}

function holdsMore(target: Grant, holder: Grant): boolean {
  return (target.access === 'full' && holder.access !== 'full') || target.scopes.some((scope) => !holds(holder, scope));
}

function forbidden(message: string): DomainRejection {
  return new DomainRejection('scope_grant_forbidden', message);
}
