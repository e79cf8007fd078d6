import type { Grantor } from '../scopes/grant-policy.js';
import type { KeyAccess, KeyEnvironment, KeyType } from './api-key.events.js';
import type { ExpiryNoticeDays } from './expiry-notice.js';

/*
 * What may be asked of a lineage. `now` is the instant of the decision in Unix milliseconds, and the one that the
 * events will be recorded with: the runner clamps it to the event before it in the stream before it asks for a decision.
 * `reason` is stored in the metadata of the events, not in their data.
 */

export interface CreateApiKey {
  readonly kind: 'CreateApiKey';
  readonly keyId: string;
  readonly name: string;
  readonly description: string | null;
  readonly type: KeyType;
  readonly environment: KeyEnvironment;
  /** As `resolveGrant` answered them. */
  readonly access: KeyAccess;
  readonly scopes: readonly string[];
  /** 1 to 315,360,000; null: it does not expire. */
  readonly lifetimeSeconds: number | null;
  readonly hint: string;
  readonly hash: string;
  readonly pepperVersion: number;
  readonly now: number;
}

/** What is left out stays; `scopes` without `access` applies the default of `access` anew. */
export interface UpdateApiKey {
  readonly kind: 'UpdateApiKey';
  readonly keyId: string;
  readonly name?: string | undefined;
  /** Null clears it. */
  readonly description?: string | null | undefined;
  readonly access?: KeyAccess | undefined;
  readonly scopes?: readonly string[] | undefined;
  /** Who changes: held against the key as it is decided on, which may have changed since a first look. */
  readonly grantor?: Grantor | undefined;
  readonly now: number;
}

/** A new key of the same lineage, ready to be the successor. */
export interface SuccessorCandidate {
  readonly keyId: string;
  readonly hint: string;
  readonly hash: string;
  readonly pepperVersion: number;
}

export interface RotateApiKey {
  readonly kind: 'RotateApiKey';
  readonly keyId: string;
  /** 0 to 30 days. */
  readonly graceSeconds: number;
  /** Undefined: as last asked for; null: the successor does not expire. */
  readonly lifetimeSeconds?: number | null | undefined;
  readonly reason: string | null;
  /** The first whose id the lineage does not have is taken: only four characters of an id are free to differ. */
  readonly successors: readonly SuccessorCandidate[];
  /** Who rotates, and whether it is the key itself: held against the key as it is decided on, as in `UpdateApiKey`. */
  readonly grantor?: Grantor | undefined;
  readonly isItself?: boolean | undefined;
  readonly now: number;
}

interface Transition<Kind extends string> {
  readonly kind: Kind;
  readonly keyId: string;
  readonly reason: string | null;
  readonly now: number;
}

/** For good, of any key that is not deleted; ends a grace. */
export type RevokeApiKey = Transition<'RevokeApiKey'>;
/** Until it is reactivated. */
export type SuspendApiKey = Transition<'SuspendApiKey'>;
export type ReactivateApiKey = Transition<'ReactivateApiKey'>;
/** Gone from every list and look-up; its history and the other keys of its lineage stay. */
export type DeleteApiKey = Transition<'DeleteApiKey'>;

/**
 * The moment has come to tell that the key ends by its lifetime in so many days; no event where that is no longer so.
 * Whoever asks gives the command an id that follows from key, end and days, so that it is told once.
 */
export interface AnnounceExpiry {
  readonly kind: 'AnnounceExpiry';
  readonly keyId: string;
  readonly daysLeft: ExpiryNoticeDays;
  /** Unix seconds, as whoever asks has read it. */
  readonly expiresAt: number;
  readonly now: number;
}

export type ApiKeyCommand =
  | CreateApiKey
  | UpdateApiKey
  | RotateApiKey
  | RevokeApiKey
  | SuspendApiKey
  | ReactivateApiKey
  | DeleteApiKey
  | AnnounceExpiry;
