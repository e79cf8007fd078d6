import pg from 'pg';

export interface OneConnection {
  readonly url: string;
  /** What the server calls it. */
  readonly applicationName: string;
  /** Cuts the connection, for a server that has frozen would not hear of anything else; its transaction is rolled back. */
  readonly signal?: AbortSignal;
}

const CONNECT_WITHIN_MS = 5_000;
/** For whatever does not set its own. */
const STATEMENT_WITHIN_MS = 30_000;
/** A server that has frozen does not answer a farewell either. */
const FAREWELL_MS = 2_000;

/**
 * Works on a connection of its own, as a start does, with a deadline on connecting, on every statement and on the end.
 * @throws the signal's reason once it fires, otherwise what the work or the connecting throws
 */
export async function onOneConnection<T>(
  { url, applicationName, signal }: OneConnection,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    statement_timeout: STATEMENT_WITHIN_MS,
    query_timeout: STATEMENT_WITHIN_MS + 1_000,
    application_name: applicationName,
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
