import { hash, timingSafeEqual } from 'node:crypto';
import type { PlatformCaller } from './caller.js';
import { toBase62 } from './key-secret/base62.js';

const PLATFORM_TOKEN_PREFIX = 'plt_';
const SHA256_HEX = /^[0-9a-f]{64}$/i;
const ID_LENGTH = 12;

/** A new platform token, of 32 random bytes. It is shown once; only its hash is configured. */
export function mintPlatformToken(entropy: Buffer): string {
  if (entropy.length !== 32) throw new RangeError(`32 bytes of entropy are needed, not ${entropy.length}`);
  return PLATFORM_TOKEN_PREFIX + toBase62(BigInt(`0x${entropy.toString('hex')}`), 43);
}

/** What is configured of a token: its SHA-256 in hex. 256 random bits need no pepper. */
export function platformTokenHash(token: string): string {
  return hash('sha256', token);
}

/** The tokens of the operator's own services, known by their hashes alone. */
export class PlatformTokens {
  readonly #hashes: readonly Buffer[];

  /** @throws Error for what is no SHA-256 in hex */
  constructor(hashes: readonly string[]) {
    for (const [index, hex] of hashes.entries()) {
      if (!SHA256_HEX.test(hex)) throw new Error(`PLATFORM_TOKEN_SHA256: entry ${index + 1} must be 64 hex digits`);
    }
    this.#hashes = hashes.map((hex) => Buffer.from(hex, 'hex'));
  }

  /** Whom the token speaks for; null: it is none of ours. Compares with all, so the time tells nothing of which. */
  accept(token: string): PlatformCaller | null {
    const hex = platformTokenHash(token);
    const digest = Buffer.from(hex, 'hex');
    let isKnown = false;
    for (const known of this.#hashes) isKnown = timingSafeEqual(known, digest) || isKnown;
    return isKnown ? { type: 'platform', id: hex.slice(0, ID_LENGTH) } : null;
  }
}
