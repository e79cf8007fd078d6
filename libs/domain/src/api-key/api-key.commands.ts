import type { KeyAccess, KeyEnvironment, KeyType } from './api-key.events.js';

/*
 * What may be asked of a lineage. `now` is the instant of the decision in Unix milliseconds, and the one that the
 * events will be recorded with: the runner clamps it to the event before it in the stream before it asks for a decision.
 * `reason` is stored in the metadata of the events, not in their data.
 */

export interface CreateApiKey {
  readonly type: 'CreateApiKey';
  readonly keyId: string;
  readonly name: string;
  readonly description: string | null;
  readonly keyType: KeyType;
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
  readonly type: 'UpdateApiKey';
  readonly keyId: string;
  readonly name?: string | undefined;
  /** Null clears it. */
  readonly description?: string | null | undefined;
  readonly access?: KeyAccess | undefined;
  readonly scopes?: readonly string[] | undefined;
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
  readonly type: 'RotateApiKey';
  readonly keyId: string;
  /** 0 to 30 days. */
  readonly graceSeconds: number;
  /** Undefined: as last asked for; null: the successor does not expire. */
  readonly lifetimeSeconds?: number | null | undefined;
  readonly reason: string | null;
  /** The first whose id the lineage does not have is taken: only four characters of an id are free to differ. */
  readonly successors: readonly SuccessorCandidate[];
  readonly now: number;
}

interface Transition<Type extends string> {
  readonly type: Type;
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

export type ApiKeyCommand =
  CreateApiKey | UpdateApiKey | RotateApiKey | RevokeApiKey | SuspendApiKey | ReactivateApiKey | DeleteApiKey;
