import type { EventStoreUnderTest } from '#libs/event-store/contract';
import { SILENT } from '#libs/observability';
import { EventStoreDbStandIn } from '#libs/testing/eventstoredb-stand-in';
import { EventStoreDbEventStore } from '../event-store-db-event-store.js';
import { REAL_SERVER } from './test-server.js';

/** Stores on the real server behind its present end, or on a stand-in of their own. */
export async function openTestStore(): Promise<EventStoreUnderTest & { readonly store: EventStoreDbEventStore }> {
  const standIn = REAL_SERVER === null ? await EventStoreDbStandIn.start() : null;
  const url = REAL_SERVER ?? standIn?.url ?? '';
  const clients: EventStoreDbEventStore[] = [];
  const another = async (): Promise<EventStoreDbEventStore> => {
    const client = await EventStoreDbEventStore.open({ url, logger: SILENT });
    clients.push(client);
    return client;
  };
  const dispose = async (): Promise<void> => {
    for (const client of clients) await client.close();
    await standIn?.dispose();
  };
  const store = await another();
  // What a stand-in holds says nothing about the server.
  const manyEvents = standIn === null ? 100_000 : 10_000;
  return { store, start: await store.head(), headMovesByItself: true, manyEvents, another, dispose };
}
