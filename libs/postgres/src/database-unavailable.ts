import { codeOf, isError } from '#libs/errors';

/** Postgres is out of reach or too slow; nothing half done, the call may be repeated. */
export class DatabaseUnavailable extends Error {
  readonly code = 'database_unavailable';
  override readonly name = 'DatabaseUnavailable';
}

/** SQLSTATE classes and Node error codes that say "the server is not there", as against "the statement is wrong". */
const OUTAGE_STATES = ['08', '57', '53', '58'];
const OUTAGE_ERRNOS = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
/**
 * Somebody else was in the way, or we were held up for so long that the server gave our transaction up, or a failover
 * left us with a server that only reads.
 */
const LOCK_DEADLOCK_LATE_OR_STANDBY = new Set(['55P03', '40P01', '40001', '25P03', '25006']);

/** pg and pg-pool report a lost, late or closed connection by message alone; there is no code to look at. */
const OUTAGE_MESSAGES = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'Query read timeout',
  'Cannot use a pool after calling end',
  'Client has encountered a connection error',
  'Client was closed',
  'timeout expired',
];

/** Whether an error of `pg` or its pool means that the database did not answer (including our own statement timeout). */
export function isOutage(error: unknown): boolean {
  if (error instanceof DatabaseUnavailable) return true;
  if (!isError(error)) return false;
  const code = codeOf(error);
  if (OUTAGE_ERRNOS.has(code) || LOCK_DEADLOCK_LATE_OR_STANDBY.has(code)) return true;
  if (/^[0-9A-Z]{5}$/.test(code)) return OUTAGE_STATES.some((prefix) => code.startsWith(prefix));
  return OUTAGE_MESSAGES.some((message) => error.message.startsWith(message));
}

/** Runs a piece of database work; an outage becomes `DatabaseUnavailable`, any other error stays what it is. */
export async function orUnavailable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isOutage(error)) throw new DatabaseUnavailable('the database did not answer', { cause: error });
    throw error;
  }
}
