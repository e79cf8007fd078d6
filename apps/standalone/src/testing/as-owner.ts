import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';

/** Runs the work as the owner of a running system's database, whom no row-level security confines. */
export async function asOwner<T>(dataDir: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const postgres = join(dataDir, 'postgres');
  const client = new pg.Client({
    host: join(postgres, 'socket'),
    user: 'keyledger',
    password: (await readFile(join(postgres, 'owner-password'), 'utf8')).trim(),
    database: 'keyledger',
  });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
