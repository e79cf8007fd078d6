import type { Books } from './read-books.js';

/**
 * Listing, audit log and histories tell the same story: the audit log counts densely from 1 and names each event once,
 * every event of a key is in its history and the other way round, and a key is listed exactly when it was made, by a
 * creation or by a rotation, and not deleted.
 */
export function expectBooksAgree({ keys, entries, histories }: Books): void {
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
  const ofKeys = entries.filter((entry) => entry['target_type'] === 'api_key' && entry['event_group'] !== 'access');
  const recorded = [...histories.values()].flat();
  expect(recorded.map(({ event_id }) => event_id).toSorted()).toEqual(ofKeys.map(({ id }) => id).toSorted());
  for (const history of histories.values()) {
    expect(history.map(({ revision }) => revision)).toEqual(history.map((_, index) => index));
  }
  const made = ofKeys.flatMap((entry) => {
    if (entry['event_type'] === 'api_key.created') return [entry['target_id']];
    if (entry['event_type'] === 'api_key.rotated') return [changeTo(entry, 'rotated_to')];
    return [];
  });
  const deleted = ofKeys
    .filter((entry) => entry['event_type'] === 'api_key.deleted')
    .map((entry) => entry['target_id']);
  expect(new Set(made).size).toBe(made.length);
  expect(keys.map(({ id }) => id).toSorted()).toEqual(made.filter((id) => !deleted.includes(id)).toSorted());
}

function changeTo(entry: Record<string, unknown>, field: string): unknown {
  const { changes } = entry['data'] as { readonly changes: readonly { field: string; after: unknown }[] };
  return changes.find((change) => change.field === field)?.after;
}
