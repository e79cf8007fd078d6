import type { KeyState } from './api-key.state.js';
import { ROTATED } from './present-key.js';

/*
 * What an event does to one key. `decide` works out the changes of an event with these, and `evolve` folds with the
 * same, so that what an event says it changes and what it changes cannot drift apart. `at` is in Unix seconds.
 */

/** A grace that is still to end, ends with the revocation. */
export function revoked(key: KeyState, at: number, reason: string | null): KeyState {
  const graceExpiresAt = key.graceExpiresAt === null ? null : Math.min(key.graceExpiresAt, at);
  return { ...key, revoked: { at, reason }, graceExpiresAt, updatedAt: at };
}

export function suspended(key: KeyState, at: number, reason: string | null): KeyState {
  return { ...key, suspended: { at, reason }, updatedAt: at };
}

export function reactivated(key: KeyState, at: number): KeyState {
  return { ...key, suspended: null, updatedAt: at };
}

export function deleted(key: KeyState, at: number): KeyState {
  return { ...key, deleted: true, updatedAt: at };
}

/** With a grace the clock revokes the key at its end; without one the rotation does, by fact. */
export function rotatedAway(
  key: KeyState,
  at: number,
  reason: string | null,
  rotation: { readonly successorId: string; readonly graceExpiresAt: number | null },
): KeyState {
  const { successorId, graceExpiresAt } = rotation;
  const after = { ...key, rotatedTo: successorId, rotationReason: reason, graceExpiresAt, updatedAt: at };
  return graceExpiresAt === null ? { ...after, revoked: { at, reason: reason ?? ROTATED } } : after;
}

/**
 * What a later rotation of the lineage does to an older key: a grace that still runs ends, the rest stays. That of a
 * revoked key runs no more: its end was moved to the revocation.
 */
export function outlived(key: KeyState, at: number): KeyState {
  const inGrace = !key.deleted && key.graceExpiresAt !== null && at < key.graceExpiresAt;
  return inGrace ? revoked(key, at, key.rotationReason ?? ROTATED) : key;
}
