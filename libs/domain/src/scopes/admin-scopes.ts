/**
 * The scopes over the product itself. They are the code's, not the operator's: routes ask for them by name, an admin
 * JWT alone grants them, and neither `full` access nor a wildcard ever contains one.
 */
export const ADMIN_SCOPES = [
  {
    scope: 'keys:manage',
    resource: 'keys',
    action: 'manage',
    description: 'List, create, change, rotate, suspend, revoke and delete API keys, and read their history.',
  },
  {
    scope: 'audit:read',
    resource: 'audit',
    action: 'read',
    description: 'Read and export the audit log, and read the history of API keys.',
  },
  {
    scope: 'keys:verify',
    resource: 'keys',
    action: 'verify',
    description: 'Ask whether a key of the organization is valid and has the scopes needed, as a gateway does.',
  },
] as const;

export type AdminScope = (typeof ADMIN_SCOPES)[number]['scope'];

/** Whether the scope is one over the product itself; every other known scope is a resource scope. */
export function isAdminScope(scope: string): scope is AdminScope {
  return ADMIN_SCOPES.some((admin) => admin.scope === scope);
}

/** Whether the scope, known or not, would be one of the operator's catalogue. */
export function isResourceScope(scope: string): boolean {
  return !isAdminScope(scope);
}
