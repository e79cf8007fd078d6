import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The owner's URL of a database of a running embedded product, for measuring beside it on the same Postgres. */
export async function productDatabase(dataDir: string, database: string): Promise<string> {
  const directory = join(dataDir, 'postgres');
  const password = (await readFile(join(directory, 'owner-password'), 'utf8')).trim();
  return `postgres://keyledger:${encodeURIComponent(password)}@localhost/${database}?host=${encodeURIComponent(join(directory, 'socket'))}`;
}
