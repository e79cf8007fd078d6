import { codeOf, isError } from '#libs/errors';
import { EventStoreUnavailable } from '#libs/event-store';
import { isOutage } from '#libs/postgres';

/**
 * Whether a store that could not be opened may come back by itself. A host that nobody knows does not count: at a start
 * that is a wrong URL far more often than an outage.
 */
export function mayComeBack(error: unknown): boolean {
  const reasons = withCauses(error);
  if (reasons.some((reason) => codeOf(reason) === 'ENOTFOUND')) return false;
  return reasons.some((reason) => reason instanceof EventStoreUnavailable || isOutage(reason));
}

function withCauses(error: unknown): readonly unknown[] {
  return isError(error) && error.cause !== undefined ? [error, ...withCauses(error.cause)] : [error];
}
