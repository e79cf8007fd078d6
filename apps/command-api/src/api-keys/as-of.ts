import { queryParameter } from '../http/query-parameters.js';
import { RequestRefused } from '../http/request-refused.js';
import type { ReadModelName } from '../http/route-contract.js';

/** The parameter that asks how something stood at an instant instead of how it stands. */
export const asOfQuery = {
  as_of: queryParameter.time('As it stood then: by every event up to that instant, which may not be in the future'),
};

/** Who answers: the listing knows the present alone. */
export function readModelAsOf(query: unknown): readonly ReadModelName[] {
  return typeof query === 'object' && query !== null && 'as_of' in query ? ['api-key-history'] : ['api-keys'];
}

/** Nobody knows yet how it will stand. @throws RequestRefused 422 @param nowMs Unix milliseconds */
export function assertNotInTheFuture(asOfMs: number | null, nowMs: number): void {
  if (asOfMs !== null && asOfMs > nowMs) throw RequestRefused.field('as_of', 'must not be in the future');
}
