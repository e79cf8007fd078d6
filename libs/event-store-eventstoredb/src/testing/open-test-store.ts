import type { EventStoreUnderTest } from '#libs/event-store/contract';
import { SILENT } from '#libs/observability';
import { EventStoreDbServer } from '#libs/testing/eventstoredb-stand-in';
import { EventStoreDbEventStore } from '../event-store-db-event-store.js';
import { RUNNING_SERVER } from './test-server.js';

/** Stores on the running server behind its present end, or on a server of their own. */
export async function openTestStore(): Promise<EventStoreUnderTest & { readonly store: EventStoreDbEventStore }> {
  const server = RUNNING_SERVER === null ? await EventStoreDbServer.start() : null;
  const url = RUNNING_SERVER ?? server?.url ?? '';
  const clients: EventStoreDbEventStore[] = [];
  const another = async (): Promise<EventStoreDbEventStore> => {
    const client = await EventStoreDbEventStore.open({
      url,
      logger: SILENT,
      appendDeadlineMs: 170_000,
      readDeadlineMs: 170_000,
    });
    clients.push(client);
    return client;
  };
  const dispose = async (): Promise<void> => {
    for (const client of clients) await client.close();
    await server?.dispose();
  };
  const store = await another();
  // What the stand-in holds says nothing about the server.
  const manyEvents = RUNNING_SERVER === null && !EventStoreDbServer.isReal ? 10_000 : 100_000;
  return { store, start: await store.head(), headMovesByItself: true, manyEvents, another, dispose };
}
