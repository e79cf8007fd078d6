import { createLocalJWKSet, errors, type CryptoKey, type JSONWebKeySet, type JWTHeaderParameters } from 'jose';
import type { Logger } from '#libs/observability';
import { RateLimiter } from '../rate-limiter.js';
import { fetchJson } from './fetch-json.js';
import { IdentityProviderUnavailable } from './jwt-errors.js';

export interface RemoteKeySetOptions {
  /** Where the keys are; asked before each fetch until it answers. */
  readonly url: () => Promise<URL>;
  readonly logger: Logger;
  /** Milliseconds, from a clock that never runs backwards. */
  readonly monotonic: () => number;
  /** One deadline for each fetch, default 5,000 ms. */
  readonly deadlineMs?: number;
}

/** A key that the provider took away goes within this time, if the provider can be reached. */
const REFRESH_AFTER_MS = 600_000;
/** Tokens with made-up key ids may cost the provider five requests at once and one every ten seconds. */
const REFETCHES = { rps: 0.1, burst: 5 };
/** A provider that is down is asked once a second, however many ask us. */
const RETRY_AFTER_MS = 1_000;

/**
 * The identity provider's keys, kept while the provider is down, refreshed in the background, and fetched anew for a key
 * id that is not among them. Not jose's own remote set: that one forgets its keys after a while with the provider down,
 * is deaf to new keys right after a fetch, and asks for each unknown key id while fetches fail.
 */
export class RemoteKeySet {
  #keys: ReturnType<typeof createLocalJWKSet> | null = null;
  #url: URL | null = null;
  #fetching: Promise<void> | null = null;
  #fetchedAt = -Infinity;
  #failure: { readonly at: number; readonly error: unknown } | null = null;
  readonly #refetches: RateLimiter;

  constructor(private readonly options: RemoteKeySetOptions) {
    this.#refetches = new RateLimiter({ ...REFETCHES, capacity: 1, monotonic: options.monotonic });
  }

  /** The key that a token's header names. @throws IdentityProviderUnavailable, JWKSNoMatchingKey, JWKSMultipleMatchingKeys */
  async keyFor(header: JWTHeaderParameters): Promise<CryptoKey> {
    const keys = this.#keys ?? (await this.#first());
    if (this.#age() > REFRESH_AFTER_MS && !this.#failedLately()) void this.#fetch();
    try {
      return await keys(header);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      return await this.#anew(header, error);
    }
  }

  async #first(): Promise<ReturnType<typeof createLocalJWKSet>> {
    if (!this.#failedLately()) await this.#fetch();
    if (this.#keys === null) throw this.#unavailable();
    return this.#keys;
  }

  /** While the provider cannot be asked nobody knows whether there is such a key. */
  async #anew(header: JWTHeaderParameters, unknown: errors.JWKSNoMatchingKey): Promise<CryptoKey> {
    if (!this.#failedLately()) {
      // Who finds a fetch under way joins it: it is most likely for the same new key.
      if (this.#fetching === null && this.#refetches.take('') > 0) throw unknown;
      await this.#fetch();
    }
    if (this.#failure !== null || this.#keys === null) throw this.#unavailable();
    return this.#keys(header);
  }

  /** One at a time; never throws. */
  #fetch(): Promise<void> {
    this.#fetching ??= this.#load().finally(() => {
      this.#fetching = null;
    });
    return this.#fetching;
  }

  async #load(): Promise<void> {
    try {
      this.#url ??= await this.options.url();
      const answer = await fetchJson(this.#url, this.options.deadlineMs);
      this.#keys = createLocalJWKSet(answer as JSONWebKeySet);
      this.#fetchedAt = this.options.monotonic();
      this.#failure = null;
    } catch (error) {
      if (this.#failure === null) {
        const reason = error instanceof Error ? error.message : String(error);
        const cached = this.#keys !== null;
        this.options.logger.warn({ error: reason, cached }, "the identity provider's keys are out of reach");
      }
      this.#failure = { at: this.options.monotonic(), error };
      // The provider may have moved its keys: ask where they are again.
      this.#url = null;
    }
  }

  #age(): number {
    return this.options.monotonic() - this.#fetchedAt;
  }

  #failedLately(): boolean {
    return this.#failure !== null && this.options.monotonic() - this.#failure.at < RETRY_AFTER_MS;
  }

  #unavailable(): IdentityProviderUnavailable {
    return new IdentityProviderUnavailable("the identity provider's keys cannot be had", {
      cause: this.#failure?.error,
    });
  }
}
