import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { clusterUrl, EmbeddedPostgres } from '#libs/embedded-postgres';
import { isError } from '#libs/errors';
import { lockDataDirectory } from '../../../standalone/src/data-directory-lock.js';
import { OperatorFailed } from '../operator-failed.js';

/** Long enough for a checkpoint under load. */
const STATEMENT_DEADLINE_MS = 120_000;

/** The Postgres of a data directory, as its superuser. */
export interface OwnDatabase {
  readonly client: pg.Client;
  /** Whether a Keyledger runs on it; otherwise it was started for this, and none can start meanwhile. */
  readonly inUse: boolean;
}

/**
 * Works on the Postgres of a data directory, whether a Keyledger runs on it or not.
 * @throws OperatorFailed where there is none, or it does not answer
 */
export async function withOwnDatabase<T>(dataDir: string, work: (database: OwnDatabase) => Promise<T>): Promise<T> {
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
      const client = await connect(await clusterUrl(directory, 'keyledger'));
      try {
        return await work({ client, inUse: lock === null });
      } finally {
        await client.end().catch(() => undefined);
      }
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
    throw new OperatorFailed(
      `The Postgres of the data directory does not answer: ${isError(error) ? error.message : String(error)}`,
    );
  }
}
