import type { KeyAccess, KeyType } from '#libs/domain';

export type Role = 'admin' | 'member' | 'auditor';

/** A person, by a JWT of the identity provider. */
export interface UserCaller {
  readonly type: 'user';
  /** The token's subject. */
  readonly id: string;
  readonly issuer: string;
  readonly orgId: string;
  readonly orgSlug: string | null;
  readonly role: Role;
  readonly name: string | null;
}

/** A service, by an API key. */
export interface ApiKeyCaller {
  readonly type: 'api_key';
  readonly id: string;
  /** The first 16 characters behind `ak_`. */
  readonly lineage: string;
  readonly orgId: string;
  readonly name: string;
  readonly keyType: KeyType;
  readonly access: KeyAccess;
  readonly scopes: readonly string[];
}

/** The operator's own services, by a platform token; outside every organization. */
export interface PlatformCaller {
  readonly type: 'platform';
  /** The first 12 hex digits of the token's SHA-256. */
  readonly id: string;
}

export type Caller = UserCaller | ApiKeyCaller | PlatformCaller;
export type OrganizationCaller = UserCaller | ApiKeyCaller;
