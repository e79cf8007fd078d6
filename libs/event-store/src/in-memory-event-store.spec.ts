import { describeEventStore } from './contract/index.js';
import { InMemoryEventStore } from './in-memory-event-store.js';
import { InMemoryLog } from './in-memory-log.js';

describeEventStore('InMemoryEventStore', async () => {
  const log = new InMemoryLog();
  const clients: InMemoryEventStore[] = [];
  const another = async (): Promise<InMemoryEventStore> => {
    const client = new InMemoryEventStore(log);
    clients.push(client);
    return client;
  };
  const dispose = async (): Promise<void> => {
    for (const client of clients) await client.close();
  };
  return { store: await another(), another, dispose };
});
