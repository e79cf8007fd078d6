import { ErrorType, isCommandError } from '@eventstore/db-client';

/** Errors that asking again cannot change; anything else of the client is the server's or the network's condition. */
const REFUSALS: ReadonlySet<string> = new Set([
  ErrorType.ACCESS_DENIED,
  ErrorType.STREAM_DELETED,
  ErrorType.STREAM_NOT_FOUND,
  ErrorType.WRONG_EXPECTED_VERSION,
  ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED,
  ErrorType.MISSING_REQUIRED_METADATA_PROPERTY,
  ErrorType.INVALID_TRANSACTION,
  ErrorType.INVALID_ARGUMENT,
  ErrorType.UNSUPPORTED,
]);

/** gRPC: INVALID_ARGUMENT, PERMISSION_DENIED, FAILED_PRECONDITION, UNIMPLEMENTED, UNAUTHENTICATED. */
const REFUSAL_CODES: ReadonlySet<number> = new Set([3, 7, 9, 12, 16]);

/**
 * Whether the store is out of reach, not ready, too slow or breaking off, so that the same call may succeed later. What
 * an append left is then unknown, and its exact revision makes the repetition safe.
 */
export function isOutage(error: unknown): boolean {
  // Of the client and of gRPC all are plain; ours, and mistakes of ours, have a class of their own.
  if (!(error instanceof Error) || error.name !== 'Error') return false;
  if (isCommandError(error) && REFUSALS.has(error.type)) return false;
  // "Server Is Not Ready" and an event that the server refuses differ in nothing but this text.
  if (error.message === 'Could not recognize BadRequest') return false;
  // Without a code too: so says the client that it found no node of a cluster.
  return !('code' in error && typeof error.code === 'number' && REFUSAL_CODES.has(error.code));
}
