import type { ApiKeyCaller, OrganizationCaller } from '#libs/auth';
import { authorize } from '../http/authorize.js';
import { RequestRefused } from '../http/request-refused.js';
import { READ_JOBS, READ_KEYS, READ_WEBHOOKS, type RouteAccess } from '../http/route-access.js';

/** What a live event is about: `job` is sent as `job.updated`. */
export type LiveEventKind = 'job' | 'api_key' | 'webhook';

/** Each kind with who may `GET` its objects: nobody else hears of them. */
const KINDS: readonly { readonly kind: LiveEventKind; readonly access: RouteAccess }[] = [
  { kind: 'job', access: READ_JOBS },
  { kind: 'api_key', access: READ_KEYS },
  { kind: 'webhook', access: READ_WEBHOOKS },
];

export const LIVE_EVENT_KINDS: readonly LiveEventKind[] = KINDS.map(({ kind }) => kind);

const every = KINDS.map(({ access }) => access);

/** Whoever may `GET` the objects of one kind at least. */
export const LISTEN: RouteAccess = {
  roles: [...new Set(every.flatMap(({ roles }) => roles))],
  scopes: every.flatMap(({ scopes }) => (scopes === 'any' ? [] : scopes)),
  platform: false,
  denialsAreAudited: false,
  rateLimited: true,
};

/** The kinds of which the caller could `GET` the objects, as things stand with its scopes. */
export function kindsFor(
  caller: OrganizationCaller,
  holdsScope: (caller: ApiKeyCaller, scope: string) => boolean,
): ReadonlySet<LiveEventKind> {
  return new Set(KINDS.filter(({ access }) => mayCall(caller, access, holdsScope)).map(({ kind }) => kind));
}

function mayCall(...[caller, access, holdsScope]: Parameters<typeof authorize>): boolean {
  try {
    authorize(caller, access, holdsScope);
    return true;
  } catch (error) {
    if (error instanceof RequestRefused) return false;
    throw error;
  }
}
