import pg from 'pg';
import { codeOf } from '#libs/errors';

/** An event that this version does not know may be anything; passing it by would be skipping it. */
const NEWER_THAN_US = 'unknown_event';
/** Data exceptions and violated constraints: what the statement was given is wrong, not the server. */
const OF_THE_DATA = /^2[23]/;
/** A row that is there already is no event's fault: something was projected twice, and that must stop everything. */
const UNIQUE_VIOLATION = '23505';

/**
 * Whether an error is to be blamed on the event that was folded, so that its stream may be set aside while the others
 * go on. What says "newer than this release" stops everything, and so does what would befall every other event too.
 */
export function isEventsFault(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return error.code !== UNIQUE_VIOLATION && OF_THE_DATA.test(error.code ?? '');
  return codeOf(error) !== NEWER_THAN_US;
}
