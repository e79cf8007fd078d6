/** Every way in which a credential is refused, with what is answered. */
const FAILURES = {
  ambiguous_credentials: { status: 400, message: 'The request carries two different credentials. Send one.' },
  unauthorized: { status: 401, message: 'Unauthorized role.' },
  invalid_api_key: { status: 401, message: 'Invalid or expired API key.' },
  user_not_provisioned: { status: 403, message: 'The token names no user.' },
  identity_provider_unavailable: { status: 502, message: 'The identity provider cannot be reached. Try again.' },
  event_store_unavailable: { status: 503, message: 'The event store cannot be reached. Try again.' },
} as const;

export type AuthenticationFailureCode = keyof typeof FAILURES;

/** The caller could not be made out. `message` is for the caller; what was found wrong is in `cause`, for us. */
export class AuthenticationFailed extends Error {
  override readonly name = 'AuthenticationFailed';
  readonly status: (typeof FAILURES)[AuthenticationFailureCode]['status'];

  constructor(
    readonly code: AuthenticationFailureCode,
    cause?: unknown,
  ) {
    super(FAILURES[code].message, { cause });
    this.status = FAILURES[code].status;
  }
}
