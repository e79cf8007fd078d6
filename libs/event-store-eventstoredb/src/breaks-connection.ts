import { ErrorType, isCommandError } from '@eventstore/db-client';

/** gRPC: CANCELLED (by the server), INTERNAL (streams reset while it stops), UNAVAILABLE. */
const BREAKING_CODES: ReadonlySet<number> = new Set([1, 13, 14]);

/**
 * Whether the connection is gone with the error, or the client would connect anew because of it. An error that is none of
 * the client's own types comes from its search for a node, or from its question what the server supports, asked once: the
 * answer to either it would keep for ever.
 */
export function breaksConnection(error: unknown): boolean {
  if (!(error instanceof Error) || error.name !== 'Error') return false;
  if (!isCommandError(error) || error.type === ErrorType.NOT_LEADER) return true;
  return error.code !== undefined && BREAKING_CODES.has(error.code);
}
