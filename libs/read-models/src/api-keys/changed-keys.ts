import type { KeyState, LineageState } from '#libs/domain';

/** The keys that an event made or changed: the fold hands on what it did not change, so that the same object is the same key. */
export function changedKeys(before: LineageState, after: LineageState): readonly KeyState[] {
  return after.keys.filter((key, index) => before.keys[index] !== key);
}
