import { lineageOf } from '#libs/domain';

/** What an object's trail is found by: a key shares it with all keys of its lineage, any other object has its own. */
export function trailOf(targetId: string): string {
  return lineageOf(targetId) ?? targetId;
}
