import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedPostgres } from '#libs/embedded-postgres';
import { copyTemplate } from './templates.js';

/**
 * The stores of a system whose apps run apart: a Postgres of the test's own, at the place where the embedded default has
 * its own, and as event store the same one, or the server that `EVENT_STORE_TEST_URL` names.
 */
export class ApartStores {
  private constructor(
    private readonly postgres: EmbeddedPostgres,
    readonly databaseUrl: string,
    readonly eventStoreUrl: string,
  ) {}

  static async start(dataDir: string): Promise<ApartStores> {
    const directory = join(dataDir, 'postgres');
    await mkdir(directory);
    await copyTemplate('postgres', directory);
    const postgres = await EmbeddedPostgres.start({ directory });
    const databaseUrl = await postgres.database('keyledger');
    return new ApartStores(postgres, databaseUrl, process.env['EVENT_STORE_TEST_URL'] ?? databaseUrl);
  }

  /** The settings of every app. */
  get env(): Readonly<Record<string, string>> {
    return { DATABASE_URL: this.databaseUrl, EVENT_STORE_URL: this.eventStoreUrl };
  }

  stop(): Promise<void> {
    return this.postgres.stop();
  }
}

/** @throws Error where the system runs embedded */
export function storesOf({ stores }: { readonly stores: ApartStores | null }): ApartStores {
  if (stores === null) throw new Error('the stores of an embedded system are its own');
  return stores;
}
