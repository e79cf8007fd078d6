import { ADMIN_SCOPES } from './admin-scopes.js';
import type { ScopeCatalogue } from './scope-catalogue.js';

export type ListedScope = {
  readonly scope: string;
  readonly resource: string;
  readonly action: string;
  readonly kind: 'admin' | 'resource';
  readonly description: string;
};

/** The answer of `GET /v1/scopes`. */
export type ScopeListing = {
  readonly data: readonly ListedScope[];
  readonly presets: readonly { readonly name: string; readonly label: string; readonly scopes: readonly string[] }[];
};

/** Admin scopes first, then the catalogue in its own order; wildcards are not listed, each resource has one. */
export function listScopes({ resources, presets }: ScopeCatalogue): ScopeListing {
  const admin = ADMIN_SCOPES.map(({ scope, resource, action, description }) => ({
    ...{ scope, resource, action, kind: 'admin' as const, description },
  }));
  const ofResources = resources.flatMap(({ resource, actions }) =>
    actions.map(({ action, description }) => ({
      ...{ scope: `${resource}:${action}`, resource, action, kind: 'resource' as const, description },
    })),
  );
  return {
    data: [...admin, ...ofResources],
    presets: presets.map(({ name, label, scopes }) => ({ name, label, scopes })),
  };
}
