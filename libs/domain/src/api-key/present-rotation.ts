import type { KeyAccess } from './api-key.events.js';
import type { KeyState } from './api-key.state.js';

/** The answer of `POST /v1/api-keys/{id}/rotate`, one of the two that show a secret. */
export type PresentedRotation = {
  readonly id: string;
  readonly name: string;
  readonly secret: string;
  readonly revoked_id: string;
  readonly created_at: number;
  readonly access: KeyAccess;
  readonly scopes: readonly string[];
  readonly expires_at: number | null;
  readonly grace_expires_at: number | null;
};

/** Both keys as they stood right after the rotation: later events may have changed either. */
export function presentRotation(rotatedAway: KeyState, successor: KeyState, secret: string): PresentedRotation {
  return {
    id: successor.id,
    name: successor.name,
    secret,
    revoked_id: rotatedAway.id,
    created_at: successor.createdAt,
    access: successor.access,
    scopes: successor.scopes,
    expires_at: successor.expiresAt,
    grace_expires_at: rotatedAway.graceExpiresAt,
  };
}
