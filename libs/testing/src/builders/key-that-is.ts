import type { ApiKeyEvent, Recorded } from '#libs/domain';
import { apiKeyCreated, apiKeyDeleted, apiKeyRevoked, apiKeyRotated, apiKeySuspended } from './api-key-events.js';
import { START } from './recorded-event.js';

/** When the commands of the deciders' specifications are given, Unix seconds. */
export const LATER = START + 100;

const key = apiKeyCreated();

/** The history of the test lineage's first key as it must be for the key to stand so at `LATER`. */
export const keyThatIs = {
  active: [key],
  suspended: [key, apiKeySuspended()],
  revoked: [key, apiKeyRevoked()],
  /** From this very second on. */
  expired: [apiKeyCreated({ lifetime_seconds: 100, expires_at: LATER })],
  /** For one more second. */
  rotating: [key, apiKeyRotated({ graceExpiresAt: LATER + 1 })],
  rotatedAway: [key, apiKeyRotated()],
  /** Since this very second. */
  pastItsGrace: [key, apiKeyRotated({ graceExpiresAt: LATER })],
  deleted: [key, apiKeyDeleted()],
} satisfies Readonly<Record<string, readonly Recorded<ApiKeyEvent>[]>>;
