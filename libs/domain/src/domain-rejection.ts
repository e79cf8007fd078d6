/** Why a command was refused; word for word the error codes of the OpenAPI document. */
export type RejectionCode =
  | 'invalid_name'
  | 'validation_failed'
  | 'unknown_scope'
  | 'scope_grant_forbidden'
  | 'api_key_not_found'
  | 'api_key_not_active'
  | 'lineage_exhausted'
  | 'job_not_found'
  | 'job_finished'
  | 'job_not_retryable'
  | 'lease_lost'
  | 'rate_limited'
  | 'unknown_policy_type'
  | 'policy_type_not_found'
  | 'invalid_schema'
  | 'invalid_input'
  | 'invalid_result'
  | 'insufficient_scope'
  | 'invalid_url'
  | 'invalid_event_types'
  | 'webhook_not_found'
  | 'delivery_not_found'
  | 'webhook_paused'
  | 'webhook_disabled';

/** What is wrong with one field of the request, under the name that the request uses. */
export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

export interface RejectionDetails {
  readonly fields?: readonly FieldProblem[];
  /** The scope that would have helped. */
  readonly requiredScope?: string;
}

/**
 * A command broke a rule of the product and changed nothing. `message` is written for the caller and holds nothing
 * that the caller did not send or may not see; only `code` may be matched on.
 */
export class DomainRejection extends Error {
  override readonly name = 'DomainRejection';
  readonly fields: readonly FieldProblem[] | undefined;
  readonly requiredScope: string | undefined;

  constructor(
    readonly code: RejectionCode,
    message: string,
    { fields, requiredScope }: RejectionDetails = {},
  ) {
    super(message);
    this.fields = fields;
    this.requiredScope = requiredScope;
  }

  /** `validation_failed` for one field. */
  static ofField(field: string, message: string): DomainRejection {
    return new DomainRejection('validation_failed', `${field} ${message}.`, { fields: [{ field, message }] });
  }
}
