import { isCommandError } from '@eventstore/db-client';

/** For the log: several errors of the client have an empty message, and are told apart by their type. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === '' && isCommandError(error) ? error.type : error.message;
}
