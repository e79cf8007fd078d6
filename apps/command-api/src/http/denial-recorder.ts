import type { OrganizationCaller } from '#libs/auth';

/** A known caller of an organization was refused on a key or audit route. */
export interface Denial {
  readonly caller: OrganizationCaller;
  /** The role may not, the scope is missing, or more was to be granted than the caller holds. */
  readonly code: 'unauthorized' | 'insufficient_scope' | 'scope_grant_forbidden';
  readonly requiredScope: string | null;
  readonly method: string;
  /** The route's template, such as `/v1/api-keys/:id`. */
  readonly route: string;
  /** The key that the call was about, null where it named none. */
  readonly targetId: string | null;
  readonly requestId: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/** Turns denials into entries of the audit log. It may not fail and may not keep the answer waiting. */
export interface DenialRecorder {
  record(denial: Denial): void;
}
