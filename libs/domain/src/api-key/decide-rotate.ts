import { DomainRejection } from '../domain-rejection.js';
import { assertMayRotate } from '../scopes/grant-policy.js';
import { toSeconds } from '../seconds.js';
import type { RotateApiKey, SuccessorCandidate } from './api-key.commands.js';
import type { ApiKeyEvent } from './api-key.events.js';
import type { LineageState } from './api-key.state.js';
import { changesBetween } from './changes-between.js';
import { existingKey, requireStatus } from './existing-key.js';
import { validGrace, validLifetime, validKeyText } from './key-field-rules.js';
import { rotatedAway } from './key-transitions.js';
import { lineageOf } from './lineage.js';
import { NoFreeKeyId } from './no-free-key-id.js';

/** Keeps a stream, and with it the reading of one key, small. */
export const MAX_ROTATIONS = 1000;

/**
 * One event ends the old key, or gives it its grace, and begins the new one: there is no moment with none. Only an
 * active key rotates, so a lineage never branches.
 * @throws DomainRejection `validation_failed`, `api_key_not_found`, `scope_grant_forbidden`, `api_key_not_active`,
 *   `lineage_exhausted`
 * @throws NoFreeKeyId when the lineage has every candidate
 */
export function decideRotate(command: RotateApiKey, state: LineageState): readonly ApiKeyEvent[] {
  const grace = validGrace(command.graceSeconds);
  const reason = validKeyText('reason', command.reason);
  const asked = command.lifetimeSeconds === undefined ? undefined : validLifetime(command.lifetimeSeconds);
  const before = existingKey(state, command.keyId);
  if (command.grantor !== undefined) {
    const { isItself = false, lifetimeSeconds: lifetimeAsked } = command;
    const { lifetimeSeconds: lastLifetime } = before;
    assertMayRotate(command.grantor, { isItself, target: before, lifetimeAsked, lastLifetime });
  }
  const nowSeconds = toSeconds(command.now);
  requireStatus(before, nowSeconds, 'active');
  if (state.keys.length > MAX_ROTATIONS) {
    throw new DomainRejection('lineage_exhausted', `API key was rotated ${MAX_ROTATIONS} times; create a new one.`);
  }
  const successor = freeCandidate(command.successors, before.id, state);
  const lifetime = asked === undefined ? before.lifetimeSeconds : asked;
  const graceExpiresAt = grace === 0 ? null : Math.min(nowSeconds + grace, before.expiresAt ?? Infinity);
  const after = rotatedAway(before, nowSeconds, reason, { successorId: successor.keyId, graceExpiresAt });
  return [
    {
      type: 'api_key.rotated',
      data: {
        key_id: before.id,
        name: before.name,
        grace_expires_at: graceExpiresAt,
        successor: {
          key_id: successor.keyId,
          lifetime_seconds: lifetime,
          expires_at: lifetime === null ? null : nowSeconds + lifetime,
          hint: successor.hint,
          hash: successor.hash,
          pepper_version: successor.pepperVersion,
        },
        changes: changesBetween(before, after, nowSeconds),
      },
    },
  ];
}

/** A candidate of another lineage would never be found again by its id. */
function freeCandidate(
  candidates: readonly SuccessorCandidate[],
  keyId: string,
  { keys }: LineageState,
): SuccessorCandidate {
  const lineage = lineageOf(keyId);
  const free = candidates.find(
    (candidate) => lineageOf(candidate.keyId) === lineage && !keys.some(({ id }) => id === candidate.keyId),
  );
  if (free === undefined) throw new NoFreeKeyId();
  return free;
}
