import type { FieldChange } from '../field-change.js';
import type { ExpiryNoticeDays } from './expiry-notice.js';

/*
 * The events of stream `apiKey-{lineage}`. Type names and field names are storage formats: a change of meaning is a
 * new schema version with an upcaster and a golden file. Times are Unix seconds. No event holds a secret: `hash` is
 * the HMAC of the secret under the pepper of that version, and stays inside the process.
 *
 * Every event names the key it is about (`key_id`), and every one but the first kind carries that key's `name` and,
 * where it changes the key, the `changes` of its public fields, so that the audit log is a plain mapping of each event, with no state to fold.
 */

export type KeyType = 'service' | 'user';
export type KeyEnvironment = 'live' | 'test';
/** `full`: every resource scope but `jobs:work`, now and later, never an admin scope. `scoped`: just the list. */
export type KeyAccess = 'full' | 'scoped';

export type ApiKeyCreated = {
  readonly type: 'api_key.created';
  readonly data: {
    readonly key_id: string;
    readonly name: string;
    readonly description: string | null;
    readonly key_type: KeyType;
    readonly environment: KeyEnvironment;
    readonly access: KeyAccess;
    readonly scopes: readonly string[];
    /** The lifetime asked for, which a rotation counts anew; null: the key does not expire. */
    readonly lifetime_seconds: number | null;
    readonly expires_at: number | null;
    readonly hint: string;
    readonly hash: string;
    readonly pepper_version: number;
  };
};

/** `changes` are the facts here: `name`, `description`, `access` and `scopes`, each with what it became. */
export type ApiKeyUpdated = {
  readonly type: 'api_key.updated';
  readonly data: { readonly key_id: string; readonly name: string; readonly changes: readonly FieldChange[] };
};

/**
 * `key_id` is the old key; the successor takes over everything that is not named here. Without a grace the old key is
 * revoked at once; a grace of an older key of the lineage ends with this event.
 */
export type ApiKeyRotated = {
  readonly type: 'api_key.rotated';
  readonly data: {
    readonly key_id: string;
    readonly name: string;
    readonly grace_expires_at: number | null;
    readonly successor: {
      readonly key_id: string;
      readonly lifetime_seconds: number | null;
      readonly expires_at: number | null;
      readonly hint: string;
      readonly hash: string;
      readonly pepper_version: number;
    };
    readonly changes: readonly FieldChange[];
  };
};

type Transition<Type extends string> = {
  readonly type: Type;
  readonly data: { readonly key_id: string; readonly name: string; readonly changes: readonly FieldChange[] };
};

export type ApiKeyRevoked = Transition<'api_key.revoked'>;
export type ApiKeySuspended = Transition<'api_key.suspended'>;
export type ApiKeyReactivated = Transition<'api_key.reactivated'>;
export type ApiKeyDeleted = Transition<'api_key.deleted'>;

/** The key ends by its lifetime in so many days: told ahead, each once. Nothing of the key changes. */
export type ApiKeyExpiring = {
  readonly type: 'api_key.expiring';
  readonly data: {
    readonly key_id: string;
    readonly name: string;
    readonly expires_at: number;
    readonly days_left: ExpiryNoticeDays;
  };
};

export type ApiKeyEvent =
  | ApiKeyCreated
  | ApiKeyUpdated
  | ApiKeyRotated
  | ApiKeyRevoked
  | ApiKeySuspended
  | ApiKeyReactivated
  | ApiKeyDeleted
  | ApiKeyExpiring;
