import type { ErrorCode } from '../http/error-codes.js';
import type { RouteContract } from '../http/route-contract.js';

/** What any request may meet: it is no HTTP, too slow, too big a head, or something of ours broke. */
const OF_EVERY_ROUTE: readonly ErrorCode[] = ['bad_request', 'request_timeout', 'headers_too_large', 'internal_error'];
const OF_CREDENTIALS: readonly ErrorCode[] = ['ambiguous_credentials', 'unauthorized', 'rate_limited'];
const OF_PEOPLE: readonly ErrorCode[] = ['user_not_provisioned', 'identity_provider_unavailable'];
const OF_KEYS: readonly ErrorCode[] = ['invalid_api_key', 'event_store_unavailable'];
const OF_BODIES: readonly ErrorCode[] = [
  ...(['malformed_json', 'payload_too_large', 'unsupported_media_type', 'validation_failed'] as const),
];
const OF_READS: readonly ErrorCode[] = ['read_model_behind', 'database_unavailable'];
const OF_WRITES: readonly ErrorCode[] = [
  ...(['idempotency_in_flight', 'idempotency_key_reused', 'event_store_unavailable', 'database_unavailable'] as const),
];

/** Every code that a route may answer with: what its contract implies, and what it says itself. */
export function documentedErrors(method: string, contract: RouteContract): readonly ErrorCode[] {
  const { access, query, readModel, idempotent = false, refuses = [] } = contract;
  const isRead = method === 'GET';
  return [
    ...new Set<ErrorCode>([
      ...OF_EVERY_ROUTE,
      ...(access === null ? [] : [...OF_CREDENTIALS, ...OF_PEOPLE, ...OF_KEYS]),
      ...(access !== null && access.scopes !== 'any' && access.scopes.length > 0 ? needsScope : []),
      ...(isRead ? [] : OF_BODIES),
      ...(isRead && (access !== null || query !== undefined) ? wrongShape : []),
      ...(readModel === undefined ? [] : OF_READS),
      ...(idempotent ? OF_WRITES : []),
      ...refuses,
    ]),
  ];
}

const needsScope: readonly ErrorCode[] = ['insufficient_scope'];
const wrongShape: readonly ErrorCode[] = ['validation_failed'];
