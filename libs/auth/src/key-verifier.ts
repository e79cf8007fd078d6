import { missingScope, refusalAt, toSeconds, type ScopeCatalogue } from '#libs/domain';
import type { DirectoryKey, LineageEntry } from './key-directory/lineage-entry.js';
import type { KeyDirectory } from './key-directory/key-directory.js';
import { parseSecret, type ParsedSecret } from './key-secret/parse-secret.js';
import type { SecretHasher } from './secret-hasher.js';
import type { UnmatchedSecret, Verification, VerifiedKey } from './verification.js';

export interface KeyVerifierOptions {
  readonly directory: Pick<KeyDirectory, 'lookup' | 'resolve'>;
  readonly hasher: SecretHasher;
  readonly catalogue: ScopeCatalogue;
  /** Unix milliseconds. */
  readonly now: () => number;
}

const MALFORMED: UnmatchedSecret = Object.freeze({ code: 'malformed', key: null });
const NOT_FOUND: UnmatchedSecret = Object.freeze({ code: 'not_found', key: null });

/**
 * Says what a secret is worth: shape and checksum, then the directory, then the comparison, then the clock and the
 * scopes. No database, no write and no event for a key that the directory holds.
 */
export class KeyVerifier {
  constructor(private readonly options: KeyVerifierOptions) {}

  /**
   * At once, without a promise, where the directory holds the key; most calls do.
   * @throws DirectoryUnavailable, EventStoreUnavailable: this node cannot know
   */
  verify(secret: string, neededScopes: readonly string[]): Verification | Promise<Verification> {
    const parsed = parseSecret(secret);
    if (parsed === null) return MALFORMED;
    const entry = this.options.directory.lookup(parsed.lineage);
    return entry === undefined
      ? this.#resolved(secret, parsed, neededScopes)
      : this.#judge(entry, secret, parsed, neededScopes);
  }

  async #resolved(secret: string, parsed: ParsedSecret, neededScopes: readonly string[]): Promise<Verification> {
    return this.#judge(await this.options.directory.resolve(parsed.lineage), secret, parsed, neededScopes);
  }

  #judge(
    entry: LineageEntry | null,
    secret: string,
    { keyId }: ParsedSecret,
    neededScopes: readonly string[],
  ): Verification {
    const { hasher, catalogue, now } = this.options;
    const found = entry === null ? undefined : entry.keys.findLast(({ state }) => state.id === keyId);
    if (entry === null || found === undefined) return NOT_FOUND;
    const { state, hash } = found;
    if (!hasher.matches(secret, hash, state.pepperVersion)) return NOT_FOUND;
    const refusal = refusalAt(state, toSeconds(now()));
    if (refusal === 'not_found') return NOT_FOUND;
    const key = verifiedKey(entry.orgId, entry.lineage, found, refusal === 'revoked');
    if (refusal !== null) return { code: refusal, key };
    if (missingScope(state, neededScopes, catalogue) !== null) return { code: 'insufficient_scope', key };
    return { code: 'valid', key };
  }
}

const NO_SCOPES: readonly string[] = Object.freeze([]);

function verifiedKey(orgId: string, lineage: string, { state }: DirectoryKey, isRevoked: boolean): VerifiedKey {
  return {
    keyId: state.id,
    lineage,
    orgId,
    name: state.name,
    type: state.type,
    environment: state.environment,
    access: state.access,
    scopes: isRevoked ? NO_SCOPES : state.scopes,
    expiresAt: state.expiresAt,
  };
}
