import { nameSetting } from '#libs/lifecycle';
import type { Logger } from '#libs/observability';
import { migrate, type Migration } from '#libs/postgres';
import { openEventStore, type ObservedEventStore } from './open-event-store.js';

export interface OpenStoresOptions {
  readonly databaseUrl: string;
  /** Null: the log is in the same database. */
  readonly eventStoreUrl: string | null;
  /** Of the database. */
  readonly migrations: readonly Migration[];
  readonly logger: Logger;
  readonly signal?: AbortSignal;
}

/**
 * Brings the database to this version and opens the event store, as every app does at its start.
 * @throws DatabaseUnavailable, EventStoreUnavailable for an outage
 * @throws SettingsInvalid, naming the setting, for a store that could never be used like this
 */
export async function openStores(options: OpenStoresOptions): Promise<ObservedEventStore> {
  const { databaseUrl, eventStoreUrl, migrations, logger, signal } = options;
  await nameSetting('DATABASE_URL', () => migrate(databaseUrl, migrations, signal));
  const url = eventStoreUrl ?? databaseUrl;
  const setting = eventStoreUrl === null ? 'DATABASE_URL' : 'EVENT_STORE_URL';
  return nameSetting(setting, () => openEventStore({ url, logger, signal }));
}
