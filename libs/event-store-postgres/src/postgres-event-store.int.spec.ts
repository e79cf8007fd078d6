import { describeEventStore } from '#libs/event-store/contract';
import { SILENT } from '#libs/observability';
import { migrate } from '#libs/postgres';
import { createTestDatabase } from '#libs/testing';
import { eventStoreMigrations } from './event-store-migrations.js';
import { PostgresEventStore } from './postgres-event-store.js';

describeEventStore('PostgresEventStore', async () => {
  const database = await createTestDatabase();
  await migrate(database.url, eventStoreMigrations);
  const clients: PostgresEventStore[] = [];
  const another = async (): Promise<PostgresEventStore> => {
    const client = await PostgresEventStore.open({ ownerUrl: database.url, logger: SILENT, maxConnections: 4 });
    clients.push(client);
    return client;
  };
  const dispose = async (): Promise<void> => {
    for (const client of clients) await client.close();
    await database.drop();
  };
  return { store: await another(), another, dispose };
});
