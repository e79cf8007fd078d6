import { missingScope, refusalAt, toSeconds, type KeyState, type ScopeCatalogue } from '#libs/domain';
import type { LineageEntry } from './key-directory/lineage-entry.js';
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
    { ending }: ParsedSecret,
    neededScopes: readonly string[],
  ): Verification {
    const { hasher, catalogue, now } = this.options;
    const found = entry === null ? undefined : keyEndingWith(entry.keys, ending);
    if (entry === null || found === undefined) return NOT_FOUND;
    if (!hasher.matches(secret, found.hash, found.pepperVersion)) return NOT_FOUND;
    const refusal = refusalAt(found, toSeconds(now()));
    if (refusal === 'not_found') return NOT_FOUND;
    const key = verifiedKey(entry, found, refusal === 'revoked');
    if (refusal !== null) return { code: refusal, key };
    const isShort = neededScopes.length > 0 && missingScope(found, neededScopes, catalogue) !== null;
    return { code: isShort ? 'insufficient_scope' : 'valid', key };
  }
}

/** The newest first, which is asked for most; all ids of a lineage differ in their last four characters alone. */
function keyEndingWith(keys: readonly KeyState[], ending: string): KeyState | undefined {
  for (let at = keys.length - 1; at >= 0; at--) {
    const key = keys[at];
    if (key?.id.endsWith(ending) === true) return key;
  }
  return undefined;
}

const NO_SCOPES: readonly string[] = Object.freeze([]);

function verifiedKey({ orgId, lineage }: LineageEntry, key: KeyState, isRevoked: boolean): VerifiedKey {
  return {
    keyId: key.id,
    lineage,
    orgId,
    name: key.name,
    type: key.type,
    environment: key.environment,
    access: key.access,
    scopes: isRevoked ? NO_SCOPES : key.scopes,
    expiresAt: key.expiresAt,
  };
}
