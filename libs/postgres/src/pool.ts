import pg from 'pg';
import { roleUrl, type DatabaseRole } from './roles.js';

export interface PoolOptions {
  /** The owner's URL; by a Unix socket as `postgres://user:password@localhost/database?host=%2Fdirectory`. */
  readonly ownerUrl: string;
  readonly role: DatabaseRole;
  /** Most connections at once. */
  readonly max: number;
  /** Longest time for one statement on the server, milliseconds. */
  readonly statementTimeoutMs?: number;
  /** Told of a connection that broke while nobody used it; the pool replaces it by itself. */
  readonly onIdleError: (error: Error) => void;
}

/** A bounded pool under one of the login roles, with a deadline on connecting and on every statement. */
export function createPool({ ownerUrl, role, max, statementTimeoutMs = 5_000, onIdleError }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: roleUrl(ownerUrl, role),
    max,
    connectionTimeoutMillis: 3_000,
    idleTimeoutMillis: 30_000,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + 1_000,
    idle_in_transaction_session_timeout: 10_000,
    application_name: `keyledger ${role}`,
    keepAlive: true,
  });
  pool.on('error', onIdleError);
  // The pool listens only while a connection is idle. One that breaks in use but between two statements, in the middle
  // of a transaction say, would end the process by an error event that nobody takes; the next statement fails anyway.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
