import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { clusterUrl, EmbeddedPostgres } from '#libs/embedded-postgres';
import { isError } from '#libs/errors';
import { lockDataDirectory } from '#libs/lifecycle';
import { roleUrl, type DatabaseRole } from '#libs/postgres';
import { OperatorFailed } from './operator-failed.js';

/** Long enough for a checkpoint under load. */
const STATEMENT_DEADLINE_MS = 120_000;

type Work<T> = (client: pg.Client) => Promise<T>;

/** Works on a database as its owner, or under that role. @throws OperatorFailed where it does not answer */
export async function withDatabase<T>(ownerUrl: string, work: Work<T>, role: DatabaseRole | null = null): Promise<T> {
  const client = await connect(role === null ? ownerUrl : roleUrl(ownerUrl, role));
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Works on the Postgres of a data directory as its superuser, or under that role, whether a Keyledger runs on it or not; where none does, it
 * is started for this, and none can start meanwhile.
 * @throws OperatorFailed where there is none, or it does not answer
 */
export async function withOwnDatabase<T>(dataDir: string, work: Work<T>, role: DatabaseRole | null = null): Promise<T> {
  const directory = join(dataDir, 'postgres');
  const found = await stat(join(directory, 'data')).catch(() => null);
  if (found === null)
    throw new OperatorFailed(
      `${dataDir} holds no Postgres. Set DATA_DIR to that of a product started with \`npm start\`; ` +
        'with a Postgres of your own use its own tools.',
    );
  const lock = await lockDataDirectory(dataDir).catch(() => null);
  try {
    const server = lock === null ? null : await EmbeddedPostgres.start({ directory });
    try {
      return await withDatabase(await clusterUrl(directory, 'keyledger'), work, role);
    } finally {
      await server?.stop();
    }
  } finally {
    lock?.close();
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    query_timeout: STATEMENT_DEADLINE_MS,
    application_name: 'keyledger operator',
  });
  // A statement in hand fails with it; between two the next one does.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    throw new OperatorFailed(`The database does not answer: ${isError(error) ? error.message : String(error)}`);
  }
}
