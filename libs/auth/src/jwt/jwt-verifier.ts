import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type CryptoKey,
  type JWTHeaderParameters,
  type JWTPayload,
} from 'jose';
import type { Logger } from '#libs/observability';
import type { UserCaller } from '../caller.js';
import { discoverJwksUrl } from './discover-jwks-url.js';
import { IdentityProviderUnavailable, InvalidToken, UserNotProvisioned } from './jwt-errors.js';
import { RemoteKeySet } from './remote-key-set.js';
import { secureUrl } from './secure-url.js';
import { DEFAULT_CLAIM_NAMES, orgIdOf, roleOf, subjectOf, textOf, type ClaimNames } from './token-claims.js';
import { VerifiedTokens } from './verified-tokens.js';

export interface JwtVerifierOptions {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: { keyFor(header: JWTHeaderParameters): Promise<CryptoKey> };
  readonly claims?: Partial<ClaimNames>;
  /** How far the provider's clock and ours may differ, default 5 s. */
  readonly clockToleranceSeconds?: number;
  /** Unix milliseconds. */
  readonly now: () => number;
}

export interface OidcOptions extends Omit<JwtVerifierOptions, 'keys'> {
  /** Where the keys are, when that differs from what the issuer's discovery document says. */
  readonly jwksUrl?: string | null;
  readonly logger: Logger;
  /** Milliseconds, from a clock that never runs backwards. */
  readonly monotonic: () => number;
  /** For each request to the provider, default 5,000 ms. */
  readonly deadlineMs?: number;
}

/** Asymmetric alone: with a symmetric one the public key, which everybody has, would sign. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** Tells who a JWT of one issuer speaks for. */
export class JwtVerifier {
  readonly #claims: ClaimNames;
  readonly #verifiedTokens = new VerifiedTokens();

  constructor(private readonly options: JwtVerifierOptions) {
    this.#claims = { ...DEFAULT_CLAIM_NAMES, ...options.claims };
  }

  /** For any OpenID Connect provider. Asks nothing of it yet. @throws Error when a URL is not `https` (loopback excepted) */
  static ofOidcIssuer({ jwksUrl = null, logger, monotonic, deadlineMs, ...options }: OidcOptions): JwtVerifier {
    secureUrl('OIDC_ISSUER', options.issuer);
    const known = jwksUrl === null ? null : secureUrl('OIDC_JWKS_URL', jwksUrl);
    const url = async (): Promise<URL> => known ?? discoverJwksUrl(options.issuer, deadlineMs);
    const remote = { url, logger, monotonic, ...(deadlineMs === undefined ? {} : { deadlineMs }) };
    return new JwtVerifier({ ...options, keys: new RemoteKeySet(remote) });
  }

  /** @throws InvalidToken, UserNotProvisioned, IdentityProviderUnavailable */
  async verify(token: string): Promise<UserCaller> {
    const now = this.options.now();
    const known = this.#verifiedTokens.get(token, now);
    if (known !== undefined) return known;
    this.#assertWorthAKey(token);
    const claims = await this.#verified(token);
    const { issuer } = this.options;
    const [orgId, role] = [orgIdOf(claims, this.#claims.orgId), roleOf(claims, this.#claims.role)];
    const id = subjectOf(claims, this.#claims.subject);
    if (id === null) throw new UserNotProvisioned();
    const [orgSlug, name] = [textOf(claims, this.#claims.orgSlug), textOf(claims, this.#claims.name)];
    const caller: UserCaller = { type: 'user', id, issuer, orgId, orgSlug, role, name };
    this.#verifiedTokens.add(token, caller, claims.exp ?? 0, now);
    return caller;
  }

  /**
   * What can be told without a key comes first: a token that would be refused anyway is refused while the provider is
   * down too, and asks nothing of it. None of this is believed.
   */
  #assertWorthAKey(token: string): void {
    const { issuer, audience, now, clockToleranceSeconds = 5 } = this.options;
    let claims: JWTPayload;
    let alg: string | undefined;
    try {
      claims = decodeJwt(token);
      ({ alg } = decodeProtectedHeader(token));
    } catch (cause) {
      throw new InvalidToken('no JWT', { cause });
    }
    const { iss, aud, exp } = claims;
    if (alg === undefined || !ALGORITHMS.includes(alg)) throw new InvalidToken('not an algorithm that we take');
    if (iss !== issuer) throw new InvalidToken('of another issuer');
    if (![aud ?? []].flat().includes(audience)) throw new InvalidToken('for another audience');
    if (typeof exp !== 'number' || exp <= now() / 1_000 - clockToleranceSeconds) throw new InvalidToken('expired');
  }

  async #verified(token: string): Promise<JWTPayload> {
    const { issuer, audience, keys, now, clockToleranceSeconds = 5 } = this.options;
    const demands = {
      ...{ issuer, audience, algorithms: ALGORITHMS, clockTolerance: clockToleranceSeconds },
      ...{ currentDate: new Date(now()), requiredClaims: ['exp'] },
    };
    try {
      return (await jwtVerify(token, (header: JWTHeaderParameters) => keys.keyFor(header), demands)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw refusalFor(error);
      for await (const key of error) {
        const verified = await jwtVerify(token, key, demands).catch(() => null);
        if (verified !== null) return verified.payload;
      }
      throw new InvalidToken('signed by none of the keys', { cause: error });
    }
  }
}

/** jose's own errors but one speak of the token; any other is of a key that the provider should not have published. */
function refusalFor(error: unknown): Error {
  if (error instanceof IdentityProviderUnavailable) return error;
  const isOfTheToken = error instanceof errors.JOSEError && !(error instanceof errors.JWKSInvalid);
  if (isOfTheToken) return new InvalidToken('not a valid JWT', { cause: error });
  return new IdentityProviderUnavailable("the identity provider's keys cannot be used", { cause: error });
}
