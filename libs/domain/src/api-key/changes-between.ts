import type { FieldChange } from '../field-change.js';
import type { JsonValue } from '../json.js';
import type { KeyState } from './api-key.state.js';
import { presentKey } from './present-key.js';

/** What an event may say it changed. Left out is what follows from another field or names no choice of anybody. */
const RECORDED_FIELDS = [
  'status',
  'name',
  'description',
  'access',
  'scopes',
  'expires_at',
  'revoked_at',
  'revocation_reason',
  'suspended_at',
  'suspension_reason',
  'rotated_to',
  'grace_expires_at',
] as const;

/** The public fields that differ between two states of one key, both seen at the same second. */
export function changesBetween(before: KeyState, after: KeyState, nowSeconds: number): readonly FieldChange[] {
  const shownBefore = presentKey(before, nowSeconds, null);
  const shownAfter = presentKey(after, nowSeconds, null);
  return RECORDED_FIELDS.filter((field) => !isSame(shownBefore[field], shownAfter[field])).map((field) => ({
    field,
    before: shownBefore[field],
    after: shownAfter[field],
  }));
}

/** The one list among the fields, the scopes, is a set whose order says nothing. */
function isSame(one: JsonValue, other: JsonValue): boolean {
  return JSON.stringify(inOrder(one)) === JSON.stringify(inOrder(other));
}

function inOrder(value: JsonValue): JsonValue {
  return Array.isArray(value) ? value.toSorted() : value;
}
