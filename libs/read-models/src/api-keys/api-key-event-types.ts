import { EVENT_CATALOGUE } from '#libs/domain';

/** The types of the events in the stream of a lineage, as against those that only have a key for their target. */
export const API_KEY_EVENT_TYPES: readonly string[] = Object.keys(EVENT_CATALOGUE).filter((type) =>
  type.startsWith('api_key.'),
);
