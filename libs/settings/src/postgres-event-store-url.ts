import type { Settings } from './settings.js';
import { SettingsInvalid } from './settings-invalid.js';

/**
 * The Postgres that holds the event log, where it is not the one of the read models (null).
 * @throws SettingsInvalid for a kind of event store that this version does not have
 */
export function postgresEventStoreUrl({ eventStoreUrl }: Pick<Settings, 'eventStoreUrl'>): string | null {
  if (eventStoreUrl?.startsWith('esdb:') === true) {
    throw new SettingsInvalid([
      'EVENT_STORE_URL must begin with `postgres://`: no other event store is supported yet.',
    ]);
  }
  return eventStoreUrl;
}
