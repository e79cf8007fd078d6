import { EventStoreUnavailable } from '#libs/event-store';
import { AuthenticationFailed } from './authentication-failed.js';
import type { ApiKeyCaller, Caller } from './caller.js';
import { credentialOf, type CredentialHeaders } from './credential.js';
import { IdentityProviderUnavailable, InvalidToken, UserNotProvisioned } from './jwt/jwt-errors.js';
import type { JwtVerifier } from './jwt/jwt-verifier.js';
import { DirectoryUnavailable } from './key-directory/directory-unavailable.js';
import type { KeyVerifier } from './key-verifier.js';
import type { PlatformTokens } from './platform-tokens.js';
import type { Verification } from './verification.js';

export interface AuthenticatorOptions {
  readonly keys: Pick<KeyVerifier, 'verify'>;
  readonly jwt: Pick<JwtVerifier, 'verify'>;
  readonly platformTokens: Pick<PlatformTokens, 'accept'>;
  /** Told of each key that was accepted; must be cheap. */
  readonly onKeyUse?: (caller: ApiKeyCaller) => void;
}

const NO_SCOPES: readonly string[] = [];

/** Makes out who calls, by whichever credential. What they may do is not asked here. */
export class Authenticator {
  constructor(private readonly options: AuthenticatorOptions) {}

  /**
   * At once, without a promise, for a key that the directory holds and for a platform token.
   * @throws AuthenticationFailed (or rejects with it), and nothing else but what is a mistake of ours
   */
  authenticate(headers: CredentialHeaders): Caller | Promise<Caller> {
    const { kind, value } = credentialOf(headers);
    switch (kind) {
      case 'key':
        return this.#key(value);
      case 'platform': {
        const caller = this.options.platformTokens.accept(value);
        if (caller === null) throw new AuthenticationFailed('unauthorized');
        return caller;
      }
      case 'jwt':
        return this.options.jwt.verify(value).catch(refuse);
    }
  }

  #key(secret: string): ApiKeyCaller | Promise<ApiKeyCaller> {
    let verification: Verification | Promise<Verification>;
    try {
      verification = this.options.keys.verify(secret, NO_SCOPES);
    } catch (error) {
      return refuse(error);
    }
    if (!(verification instanceof Promise)) return this.#accepted(verification);
    return verification.catch(refuse).then((resolved) => this.#accepted(resolved));
  }

  #accepted({ code, key }: Verification): ApiKeyCaller {
    if (code !== 'valid') throw new AuthenticationFailed('invalid_api_key');
    const { keyId, lineage, orgId, name, type, access, scopes } = key;
    const caller: ApiKeyCaller = { type: 'api_key', id: keyId, lineage, orgId, name, keyType: type, access, scopes };
    this.options.onKeyUse?.(caller);
    return caller;
  }
}

function refuse(error: unknown): never {
  if (error instanceof InvalidToken) throw new AuthenticationFailed('unauthorized', error);
  if (error instanceof UserNotProvisioned) throw new AuthenticationFailed('user_not_provisioned', error);
  if (error instanceof IdentityProviderUnavailable)
    throw new AuthenticationFailed('identity_provider_unavailable', error);
  if (error instanceof DirectoryUnavailable || error instanceof EventStoreUnavailable) {
    throw new AuthenticationFailed('event_store_unavailable', error);
  }
  throw error;
}
