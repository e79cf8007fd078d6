import { apiKeyDecider, type ApiKeyEvent, type KeyState, type LineageState, type Recorded } from '#libs/domain';
import type { LineageEntry } from './lineage-entry.js';
import type { SharedStrings } from './shared-strings.js';

const NOBODY: KeyState['createdBy'] = { type: 'system', id: '' };

/**
 * The entry after one more event of its stream. `entry` is null before the first. Folds with the domain's own `evolve`,
 * so that the directory has no second opinion on what an event means.
 * @throws MalformedEvent
 */
export function foldEntry(
  entry: LineageEntry | null,
  event: Recorded<ApiKeyEvent>,
  lineage: string,
  shared: SharedStrings,
): LineageEntry {
  const before: LineageState = entry ?? apiKeyDecider.initialState;
  const after = apiKeyDecider.evolve(before, event);
  return {
    lineage,
    orgId: entry?.orgId ?? shared.string(after.orgId ?? ''),
    revision: entry === null ? 0 : entry.revision + 1,
    // `evolve` hands on what it does not change, at its place, and that is compact already.
    keys: after.keys.map((key, index) => (before.keys[index] === key ? key : compactKey(key, shared))),
  };
}

/** Written out whole, so that every key has its fields in one order and the engine reads them all alike. */
function compactKey(state: KeyState, shared: SharedStrings): KeyState {
  return {
    id: state.id,
    name: state.name,
    description: null,
    type: state.type === 'user' ? 'user' : 'service',
    environment: state.environment === 'test' ? 'test' : 'live',
    access: state.access === 'full' ? 'full' : 'scoped',
    scopes: shared.list(state.scopes),
    lifetimeSeconds: null,
    expiresAt: state.expiresAt,
    hint: '',
    hash: state.hash,
    pepperVersion: state.pepperVersion,
    createdAt: state.createdAt,
    updatedAt: state.updatedAt,
    createdBy: NOBODY,
    revoked: state.revoked === null ? null : { at: state.revoked.at, reason: null },
    suspended: state.suspended === null ? null : { at: state.suspended.at, reason: null },
    rotatedFrom: null,
    rotatedTo: state.rotatedTo,
    rotationReason: null,
    graceExpiresAt: state.graceExpiresAt,
    deleted: state.deleted,
  };
}
