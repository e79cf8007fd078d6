import type { EventStore, EventStoreFigures } from '#libs/event-store';
import { eventStoreMigrations, PostgresEventStore } from '#libs/event-store-postgres';
import type { Logger } from '#libs/observability';
import { migrate } from '#libs/postgres';

/** An event store that also says how it stands, for the operator's metrics. */
export interface ObservedEventStore extends EventStore {
  figures(): EventStoreFigures;
}

export interface OpenEventStoreOptions {
  /** `EVENT_STORE_URL`, whose scheme names the adapter: `esdb` or `postgres`. */
  readonly url: string;
  readonly logger: Logger;
  /** Ends what the opening still has to do. */
  readonly signal?: AbortSignal;
}

/**
 * Opens the event store that the URL names, with its schema brought to this version. The one place that knows which
 * adapters there are.
 * @throws EventStoreUnavailable, or an error of Postgres, for an outage; anything else stays as it is at the next attempt
 */
export async function openEventStore({ url, logger, signal }: OpenEventStoreOptions): Promise<ObservedEventStore> {
  if (url.startsWith('esdb')) {
    // Its client, with gRPC, is a twentieth of all modules of a process: loaded where it is used.
    const { EventStoreDbEventStore } = await import('#libs/event-store-eventstoredb');
    return EventStoreDbEventStore.open({ url, logger, signal });
  }
  await migrate(url, eventStoreMigrations, signal);
  return PostgresEventStore.open({ ownerUrl: url, logger, signal });
}
