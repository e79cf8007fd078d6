import type { ActorType } from '../actor.js';
import type { KeyAccess, KeyEnvironment, KeyType } from './api-key.events.js';

/**
 * One key of a lineage as its events left it. Plain JSON, so that read models can keep it. Times are Unix seconds.
 *
 * What the clock decides is not in here: `expiresAt` and `graceExpiresAt` are compared with the present instant by
 * `statusAt`. What somebody decided is: `revoked` never depends on a clock.
 */
export interface KeyState {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly type: KeyType;
  readonly environment: KeyEnvironment;
  readonly access: KeyAccess;
  /** What the key held last; a revoked key shows none, but a replayed rotation is measured against these. */
  readonly scopes: readonly string[];
  readonly lifetimeSeconds: number | null;
  readonly expiresAt: number | null;
  readonly hint: string;
  readonly hash: string;
  readonly pepperVersion: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly createdBy: { readonly type: ActorType; readonly id: string };
  readonly revoked: { readonly at: number; readonly reason: string | null } | null;
  readonly suspended: { readonly at: number; readonly reason: string | null } | null;
  readonly rotatedFrom: string | null;
  readonly rotatedTo: string | null;
  /** The reason given to the rotation, shown as revocation reason once the grace is over (`rotated` where none was). */
  readonly rotationReason: string | null;
  readonly graceExpiresAt: number | null;
  readonly deleted: boolean;
}

/** A key and all its rotations, oldest first: the state of one stream. `orgId` is null before the first event. */
export interface LineageState {
  readonly orgId: string | null;
  readonly keys: readonly KeyState[];
}
