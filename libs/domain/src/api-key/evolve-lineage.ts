import type { Recorded } from '../recorded.js';
import { toSeconds } from '../seconds.js';
import { MalformedEvent } from '../stored/malformed-event.js';
import type { ApiKeyCreated, ApiKeyEvent, ApiKeyRotated } from './api-key.events.js';
import type { KeyState, LineageState } from './api-key.state.js';
import { deleted, outlived, reactivated, revoked, rotatedAway, suspended } from './key-transitions.js';
import { updatedFacts } from './updated-facts.js';

/** The lineage after one more event. @throws MalformedEvent on an event that cannot follow those before it */
export function evolveLineage(state: LineageState, event: Recorded<ApiKeyEvent>): LineageState {
  const at = secondOf(event);
  const { reason } = event.metadata;
  switch (event.type) {
    case 'api_key.created':
      if (state.keys.length > 0) throw new MalformedEvent(event.type, 'the lineage has keys already');
      return { orgId: event.metadata.org_id, keys: [created(event, at)] };
    case 'api_key.rotated':
      return rotated(state, event, at);
    case 'api_key.updated':
      return withKey(state, event, (key) => ({ ...key, ...updatedFacts(event.data.changes), updatedAt: at }));
    case 'api_key.revoked':
      return withKey(state, event, (key) => revoked(key, at, reason));
    case 'api_key.suspended':
      return withKey(state, event, (key) => suspended(key, at, reason));
    case 'api_key.reactivated':
      return withKey(state, event, (key) => reactivated(key, at));
    case 'api_key.deleted':
      return withKey(state, event, (key) => deleted(key, at));
    case 'api_key.expiring':
      requireKey(state, event);
      return state;
  }
}

function created({ data, metadata }: Recorded<ApiKeyCreated>, at: number): KeyState {
  return {
    id: data.key_id,
    name: data.name,
    description: data.description,
    type: data.key_type,
    environment: data.environment,
    access: data.access,
    scopes: data.scopes,
    lifetimeSeconds: data.lifetime_seconds,
    expiresAt: data.expires_at,
    hint: data.hint,
    hash: data.hash,
    pepperVersion: data.pepper_version,
    createdAt: at,
    updatedAt: at,
    createdBy: { type: metadata.actor.type, id: metadata.actor.id },
    revoked: null,
    suspended: null,
    rotatedFrom: null,
    rotatedTo: null,
    rotationReason: null,
    graceExpiresAt: null,
    deleted: false,
  };
}

/** The successor takes over all that the event does not name; what happened to the old key is not handed on. */
function rotated(state: LineageState, event: Recorded<ApiKeyRotated>, at: number): LineageState {
  const { key_id, grace_expires_at, successor } = event.data;
  const { actor, reason } = event.metadata;
  const old = requireKey(state, event);
  if (state.keys.some((key) => key.id === successor.key_id)) {
    throw new MalformedEvent(event.type, 'the lineage has the successor already');
  }
  const heir: KeyState = {
    ...old,
    id: successor.key_id,
    lifetimeSeconds: successor.lifetime_seconds,
    expiresAt: successor.expires_at,
    hint: successor.hint,
    hash: successor.hash,
    pepperVersion: successor.pepper_version,
    createdAt: at,
    updatedAt: at,
    createdBy: { type: actor.type, id: actor.id },
    revoked: null,
    suspended: null,
    rotatedFrom: old.id,
    rotatedTo: null,
    rotationReason: null,
    graceExpiresAt: null,
    deleted: false,
  };
  const rotation = { successorId: successor.key_id, graceExpiresAt: grace_expires_at };
  const before = state.keys.map((key) =>
    key.id === key_id ? rotatedAway(key, at, reason, rotation) : outlived(key, at),
  );
  return { ...state, keys: [...before, heir] };
}

function withKey(state: LineageState, event: Recorded<ApiKeyEvent>, change: (key: KeyState) => KeyState): LineageState {
  const changed = change(requireKey(state, event));
  return { ...state, keys: state.keys.map((key) => (key.id === changed.id ? changed : key)) };
}

function requireKey(state: LineageState, { type, data }: ApiKeyEvent): KeyState {
  const key = state.keys.find(({ id }) => id === data.key_id);
  if (key === undefined) throw new MalformedEvent(type, 'key_id names no key of the lineage');
  return key;
}

function secondOf({ type, metadata }: Recorded<ApiKeyEvent>): number {
  const milliseconds = Date.parse(metadata.occurred_at);
  if (Number.isNaN(milliseconds)) throw new MalformedEvent(type, 'metadata.occurred_at is no time');
  return toSeconds(milliseconds);
}
