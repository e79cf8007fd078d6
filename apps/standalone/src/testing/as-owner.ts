import { join } from 'node:path';
import pg from 'pg';
import { clusterUrl } from '#libs/embedded-postgres';

/** The owner's URL of a running system's database, whom no row-level security confines. */
export function ownerUrl(dataDir: string): Promise<string> {
  return clusterUrl(join(dataDir, 'postgres'), 'keyledger');
}

/** Runs the work as that owner. */
export async function asOwner<T>(dataDir: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: await ownerUrl(dataDir) });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
