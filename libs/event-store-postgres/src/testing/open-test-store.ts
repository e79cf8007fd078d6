import pg from 'pg';
import { SILENT } from '#libs/observability';
import { migrate } from '#libs/postgres';
import { createTestDatabase } from '#libs/testing';
import { eventStoreMigrations } from '../event-store-migrations.js';
import { PostgresEventStore, type PostgresEventStoreOptions } from '../postgres-event-store.js';

export interface TestStore {
  readonly url: string;
  readonly store: PostgresEventStore;
  /** The owner's connection, who may do to the log what the store may not. */
  readonly owner: pg.Client;
  readonly dispose: () => Promise<void>;
}

/** A store on an empty log of its own. */
export async function openTestStore(options: Partial<PostgresEventStoreOptions> = {}): Promise<TestStore> {
  const database = await createTestDatabase();
  await migrate(database.url, eventStoreMigrations);
  const store = await PostgresEventStore.open({ ownerUrl: database.url, logger: SILENT, ...options });
  const owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
  const dispose = async (): Promise<void> => {
    await owner.end();
    await store.close();
    await database.drop();
  };
  return { url: database.url, store, owner, dispose };
}
