import { ErrorType, isCommandError } from '@eventstore/db-client';

/** gRPC: CANCELLED (by the server), INTERNAL (streams reset while it stops), UNAVAILABLE. */
const BREAKING_CODES: ReadonlySet<number> = new Set([1, 13, 14]);

/**
 * Whether the connection is gone with the error, or the client would connect anew because of it. An error that is none of
 * the client's own comes from its question what the server supports, asked once, whose answer it would keep for ever. The
 * way from a follower to its leader is the client's to find.
 */
export function breaksConnection(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'number') return false;
  if (!isCommandError(error)) return true;
  return error.type !== ErrorType.NOT_LEADER && BREAKING_CODES.has(error.code);
}
