import { REFUSALS } from '#libs/operations';

/**
 * Every code that an answer of this API may carry, with its status and what is said where the error itself brings no
 * better words. The OpenAPI document is made from the same table, so a code that is not here cannot be answered.
 */
export const ERROR_CODES = {
  bad_request: REFUSALS.bad_request,
  malformed_json: { status: 400, message: 'The body is not valid JSON in UTF-8.' },
  ambiguous_credentials: { status: 400, message: 'The request carries two different credentials. Send one.' },
  invalid_cursor: { status: 400, message: 'This cursor was not issued for this list. Start again without one.' },
  invalid_name: { status: 400, message: 'The name may not be empty or blank.' },
  invalid_url: { status: 400, message: 'Nothing may be sent to this URL.' },
  unauthorized: { status: 401, message: 'Unauthorized role.' },
  invalid_api_key: { status: 401, message: 'Invalid or expired API key.' },
  insufficient_scope: { status: 403, message: 'This key does not hold the scope that the call needs.' },
  user_not_provisioned: { status: 403, message: 'The token names no user.' },
  scope_grant_forbidden: { status: 403, message: 'The caller may not grant what it does not hold.' },
  not_found: REFUSALS.not_found,
  api_key_not_found: { status: 404, message: 'There is no such API key.' },
  job_not_found: { status: 404, message: 'There is no such job.' },
  policy_type_not_found: { status: 404, message: 'There is no such policy type.' },
  webhook_not_found: { status: 404, message: 'There is no such webhook endpoint.' },
  delivery_not_found: { status: 404, message: 'There is no such delivery.' },
  method_not_allowed: REFUSALS.method_not_allowed,
  request_timeout: { status: 408, message: 'The request took too long to arrive.' },
  api_key_not_active: { status: 409, message: 'The key is not active.' },
  lineage_exhausted: { status: 409, message: 'This key was rotated 1,000 times. Create a new one.' },
  job_finished: { status: 409, message: 'The job is completed or failed.' },
  job_not_retryable: { status: 409, message: 'Only a job that failed or was cancelled can be retried.' },
  lease_lost: { status: 409, message: 'This lease is not, or no longer, that of a running attempt of the job.' },
  webhook_paused: { status: 409, message: 'The webhook endpoint is paused.' },
  webhook_disabled: { status: 409, message: 'The webhook endpoint is disabled.' },
  idempotency_in_flight: { status: 409, message: 'The first request with this Idempotency-Key is still running.' },
  payload_too_large: { status: 413, message: 'A body may have at most 1 MiB.' },
  unsupported_media_type: { status: 415, message: 'Send the body as application/json in UTF-8.' },
  validation_failed: REFUSALS.validation_failed,
  unknown_scope: { status: 422, message: 'There is no such scope.' },
  unknown_policy_type: { status: 422, message: 'There is no such policy type.' },
  invalid_schema: { status: 422, message: 'This is no JSON Schema of draft 2020-12 that can be used here.' },
  invalid_input: { status: 422, message: 'The input does not fit the schema of its policy type.' },
  invalid_result: { status: 422, message: 'The result does not fit the schema of its policy type.' },
  invalid_event_types: { status: 422, message: 'There is no such event type to subscribe to.' },
  idempotency_key_reused: { status: 422, message: 'This Idempotency-Key was used with another body.' },
  rate_limited: { status: 429, message: 'Too many requests. Try again later.' },
  headers_too_large: { status: 431, message: 'The headers may have at most 16 KiB.' },
  internal_error: REFUSALS.internal_error,
  identity_provider_unavailable: { status: 502, message: 'The identity provider does not answer. Try again.' },
  event_store_unavailable: { status: 503, message: 'The event store does not answer. Nothing was done; try again.' },
  database_unavailable: { status: 503, message: 'The database does not answer. Nothing was done; try again.' },
  schema_check_unavailable: {
    status: 503,
    message: 'Too many values wait to be held against their schemas. Nothing was done; try again.',
  },
  read_model_behind: { status: 503, message: 'The read model has not reached that position yet. Try again.' },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly message: string }>>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Whether an error's literal code is one that this API answers with. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CODES, code);
}
