import { hkdfSync } from 'node:crypto';
import { createLocalJWKSet, importJWK, SignJWT, type JWK, type JWTPayload } from 'jose';
import { JwtVerifier } from './jwt-verifier.js';
import { readOrMakeIssuerKey } from './issuer-key-file.js';
import { DEFAULT_CLAIM_NAMES } from './token-claims.js';

const ISSUER = 'keyledger:embedded';
const AUDIENCE = 'keyledger';

export interface TokenToSign {
  /** The organization's id; an empty one is left out, which makes a token that is refused. */
  readonly org: string;
  readonly orgSlug?: string | undefined;
  readonly user: string;
  /** Any text, so that a token with a role that nobody has can be made. */
  readonly role: string;
  readonly name?: string | undefined;
  /** Default an hour; negative: expired already. */
  readonly expiresInSeconds?: number | undefined;
  /** Other than our own, to make a token that is refused. */
  readonly audience?: string | undefined;
  readonly issuer?: string | undefined;
  readonly noSub?: boolean | undefined;
}

/**
 * The issuer of the embedded default: signs for whoever can read the data directory, with a key that stays the same over
 * restarts. Its tokens are verified by the same code as any provider's.
 */
export class EmbeddedIssuer {
  private constructor(
    private readonly key: JWK,
    /** Unix milliseconds. */
    private readonly now: () => number,
  ) {}

  /** Makes the signing key at the first start. @throws Error that names the file when it cannot be read */
  static async open(dataDirectory: string, now: () => number = () => Date.now()): Promise<EmbeddedIssuer> {
    return new EmbeddedIssuer(await readOrMakeIssuerKey(dataDirectory), now);
  }

  async sign(token: TokenToSign): Promise<string> {
    const { org, orgSlug, user, role, name, expiresInSeconds = 3_600, audience = AUDIENCE, issuer = ISSUER } = token;
    const issuedAt = Math.floor(this.now() / 1_000);
    const claims: JWTPayload = {
      [DEFAULT_CLAIM_NAMES.role]: role,
      ...(org === '' ? {} : { [DEFAULT_CLAIM_NAMES.orgId]: org }),
      ...(orgSlug === undefined ? {} : { [DEFAULT_CLAIM_NAMES.orgSlug]: orgSlug }),
      ...(name === undefined ? {} : { [DEFAULT_CLAIM_NAMES.name]: name }),
      ...(token.noSub === true ? {} : { [DEFAULT_CLAIM_NAMES.subject]: user }),
      ...{ iss: issuer, aud: audience, iat: issuedAt, exp: issuedAt + expiresInSeconds },
    };
    const header = { alg: 'ES256', typ: 'JWT', ...(this.key.kid === undefined ? {} : { kid: this.key.kid }) };
    return new SignJWT(claims).setProtectedHeader(header).sign(await importJWK(this.key, 'ES256'));
  }

  /** 32 bytes that whoever has the signing key can compute, for each purpose others. */
  derive(purpose: string): Buffer {
    const { d: secret } = this.key;
    if (secret === undefined) throw new TypeError('the issuer key has no private part');
    return Buffer.from(hkdfSync('sha256', secret, '', `keyledger embedded ${purpose}`, 32));
  }

  /** Without tolerance: both clocks are ours, and a token that was made expired must be. */
  verifier(): JwtVerifier {
    const { d: _private, ...publicKey } = this.key;
    const keys = createLocalJWKSet({ keys: [publicKey] });
    return new JwtVerifier({
      ...{ issuer: ISSUER, audience: AUDIENCE, clockToleranceSeconds: 0, now: this.now },
      keys: { keyFor: (header) => keys(header) },
    });
  }
}
