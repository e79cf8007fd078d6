/** The token is none of ours, or not any more, or names no organization or role that we know. */
export class InvalidToken extends Error {
  readonly code = 'unauthorized';
  override readonly name = 'InvalidToken';
}

/** The token is valid but for the subject: the identity provider knows this user, we have nobody to act for. */
export class UserNotProvisioned extends Error {
  readonly code = 'user_not_provisioned';
  override readonly name = 'UserNotProvisioned';
  constructor() {
    super('the token names no user');
  }
}

/** The provider's keys cannot be had, so nobody can say whether the token is good. Never thrown for a token that is bad. */
export class IdentityProviderUnavailable extends Error {
  readonly code = 'identity_provider_unavailable';
  override readonly name = 'IdentityProviderUnavailable';
}
