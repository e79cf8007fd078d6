import type { KeyAccess, KeyEnvironment, KeyType } from '#libs/domain';

/** What may be said of a key to whoever showed its secret. */
export interface VerifiedKey {
  readonly keyId: string;
  /** The first 16 characters behind `ak_`. */
  readonly lineage: string;
  readonly orgId: string;
  readonly name: string;
  readonly type: KeyType;
  readonly environment: KeyEnvironment;
  readonly access: KeyAccess;
  /** None for a revoked key. */
  readonly scopes: readonly string[];
  /** Unix seconds. */
  readonly expiresAt: number | null;
}

/** The outcome for a secret that is no key's. */
export interface UnmatchedSecret {
  readonly code: 'malformed' | 'not_found';
  readonly key: null;
}

/** The outcome for a secret that matched. */
export interface MatchedSecret {
  readonly code: 'valid' | 'revoked' | 'suspended' | 'expired' | 'insufficient_scope';
  readonly key: VerifiedKey;
}

/** What `POST /v1/api-keys/verify` answers; the key is there exactly when the secret matched. */
export type Verification = UnmatchedSecret | MatchedSecret;
