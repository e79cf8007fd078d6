import pg from 'pg';

/** For all that is asked beside the migrations themselves: roles, the lock, what was applied. */
const STATEMENT_WITHIN_MS = 30_000;
/** A server that has frozen does not answer a farewell either. */
const FAREWELL_MS = 2_000;

/**
 * Works on one connection of the owner, with a deadline on connecting, on every statement and on the end. The signal cuts
 * the connection, for a server that has frozen would not hear of anything else; what was under way is rolled back.
 * @throws the signal's reason once it fires, otherwise what the work or the connecting throws
 */
export async function asMigrator<T>(
  ownerUrl: string,
  signal: AbortSignal | undefined,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const client = new pg.Client({
    connectionString: ownerUrl,
    connectionTimeoutMillis: 5_000,
    statement_timeout: STATEMENT_WITHIN_MS,
    query_timeout: STATEMENT_WITHIN_MS + 1_000,
    application_name: 'keyledger migrate',
  });
  client.on('error', () => undefined);
  const cut = (): void => void client.connection.stream.destroy();
  signal?.addEventListener('abort', cut, { once: true });
  try {
    await client.connect();
    return await work(client);
  } catch (error) {
    // How the work ends when it is cut says nothing of why.
    signal?.throwIfAborted();
    throw error;
  } finally {
    const late = setTimeout(cut, FAREWELL_MS);
    await client.end();
    clearTimeout(late);
    signal?.removeEventListener('abort', cut);
  }
}
