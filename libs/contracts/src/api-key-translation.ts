import { apiKeyDecider, MalformedEvent, parseApiKeyEvent, presentKey, toSeconds } from '#libs/domain';
import type { ApiKeyEvent, JsonObject, LineageState, Recorded } from '#libs/domain';
import type { Told, Translation } from './translation.js';

/** Streams `apiKey-{lineage}`. */
export const apiKeyTranslation: Translation<LineageState> = {
  initialState: { orgId: null, keys: [] },

  mayTell: (type) => type !== 'api_key.updated',

  step(before, stored) {
    const event = parseApiKeyEvent(stored);
    const state = apiKeyDecider.evolve(before, event);
    return { state, told: told(event, before, state), isLast: false };
  },

  weight: ({ data }) => JSON.stringify(data).length,
};

function told(event: Recorded<ApiKeyEvent>, before: LineageState, after: LineageState): Told | null {
  if (event.type === 'api_key.updated') return null;
  // After it there is none.
  return { type: event.type, data: keyOf(event, event.type === 'api_key.deleted' ? before : after) };
}

/** The key that the event names, at its second. */
function keyOf({ type, data, metadata }: Recorded<ApiKeyEvent>, { keys }: LineageState): JsonObject {
  const key = keys.find(({ id }) => id === data.key_id);
  if (key === undefined) throw new MalformedEvent(type, 'key_id names no key of the lineage');
  const { last_used_at: _fromTables, ...facts } = presentKey(key, toSeconds(Date.parse(metadata.occurred_at)), null);
  return facts;
}
