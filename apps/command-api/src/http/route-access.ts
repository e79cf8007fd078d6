import type { Role } from '#libs/auth';

/** Who may call a route. Everybody else is refused, as `authorize` says. */
export interface RouteAccess {
  /** Roles of people that may. */
  readonly roles: readonly Role[];
  /** A key needs any one of these; the first is named where it has none. `any`: every key may; empty: none. */
  readonly scopes: readonly string[] | 'any';
  readonly platform: boolean;
  /** A key or audit route: a refusal of a known caller becomes an entry of the audit log. */
  readonly denialsAreAudited: boolean;
  readonly rateLimited: boolean;
}

const FOR_PEOPLE_AND_KEYS = { platform: false, denialsAreAudited: true, rateLimited: true } as const;

export const READ_KEYS: RouteAccess = { ...FOR_PEOPLE_AND_KEYS, roles: ['admin', 'auditor'], scopes: ['keys:manage'] };
export const CHANGE_KEYS: RouteAccess = { ...FOR_PEOPLE_AND_KEYS, roles: ['admin'], scopes: ['keys:manage'] };
export const READ_KEY_HISTORY: RouteAccess = {
  ...FOR_PEOPLE_AND_KEYS,
  roles: ['admin', 'auditor'],
  scopes: ['keys:manage', 'audit:read'],
};
export const READ_AUDIT_LOG: RouteAccess = {
  ...FOR_PEOPLE_AND_KEYS,
  roles: ['admin', 'auditor'],
  scopes: ['audit:read'],
};
/** Neither limited by rate: a gateway verifies as often as it is called itself. */
export const VERIFY_KEYS: RouteAccess = {
  roles: ['admin'],
  scopes: ['keys:verify'],
  platform: true,
  denialsAreAudited: true,
  rateLimited: false,
};
export const ANY_CALLER: RouteAccess = {
  roles: ['admin', 'member', 'auditor'],
  scopes: 'any',
  platform: true,
  denialsAreAudited: false,
  rateLimited: true,
};
export const ANY_CALLER_OF_AN_ORGANIZATION: RouteAccess = { ...ANY_CALLER, platform: false };
/** Only people say what work is done; whoever submits it may look. */
export const CHANGE_POLICY_TYPES: RouteAccess = {
  roles: ['admin'],
  scopes: [],
  platform: false,
  denialsAreAudited: false,
  rateLimited: true,
};
export const READ_POLICY_TYPES: RouteAccess = {
  ...CHANGE_POLICY_TYPES,
  roles: ['admin', 'member'],
  scopes: ['extract:read', 'jobs:write'],
};
export const OPERATOR: RouteAccess = {
  roles: [],
  scopes: [],
  platform: true,
  denialsAreAudited: false,
  rateLimited: false,
};

const FOR_WORK = { platform: false, denialsAreAudited: false, rateLimited: true } as const;

export const SUBMIT_JOBS: RouteAccess = { ...FOR_WORK, roles: ['admin', 'member'], scopes: ['jobs:write'] };
export const READ_JOBS: RouteAccess = { ...FOR_WORK, roles: ['admin', 'member'], scopes: ['jobs:read'] };
export const READ_USAGE: RouteAccess = { ...FOR_WORK, roles: ['admin', 'member'], scopes: ['usage:read'] };
export const READ_WEBHOOKS: RouteAccess = { ...FOR_WORK, roles: ['admin', 'member'], scopes: ['webhooks:read'] };
export const WRITE_WEBHOOKS: RouteAccess = { ...FOR_WORK, roles: ['admin'], scopes: ['webhooks:write'] };
export const EXTRACT: RouteAccess = { ...FOR_WORK, roles: ['admin', 'member'], scopes: ['extract:write'] };
/** The operator's own workers take work of any organization. */
export const WORK: RouteAccess = { ...FOR_WORK, roles: [], scopes: ['jobs:work'], platform: true };
