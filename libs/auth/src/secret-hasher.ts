import { hash, timingSafeEqual } from 'node:crypto';
import type { Keyring } from '#libs/keyring';
import { SECRET_LENGTH } from './key-secret/secret-format.js';

/** What an event keeps of a secret. */
export interface StoredHash {
  /** 64 hex digits. */
  readonly hash: string;
  readonly pepperVersion: number;
}

const BLOCK = 64;
const DIGEST = 32;

/**
 * HMAC-SHA-256 of secrets under versioned peppers. A slow password hash would protect nothing: 256 random bits cannot be
 * guessed, and every request would pay for it. The pepper is what a dump of the database lacks.
 */
export class SecretHasher {
  readonly #current: Pepper;
  readonly #currentVersion: number;
  readonly #peppers: ReadonlyMap<number, Pepper>;
  /** Two hashes in hex, side by side for the comparison; nothing else sees them between two calls. */
  readonly #computed = Buffer.alloc(2 * DIGEST);
  readonly #stored = Buffer.alloc(2 * DIGEST);

  constructor({ currentPepper, peppers }: Pick<Keyring, 'currentPepper' | 'peppers'>) {
    const current = peppers.get(currentPepper);
    if (current === undefined) throw new Error(`the keyring does not hold its current pepper ${currentPepper}`);
    this.#peppers = new Map([...peppers].map(([version, key]) => [version, new Pepper(key)]));
    this.#current = new Pepper(current);
    this.#currentVersion = currentPepper;
  }

  /** The hash of a new secret, under the current pepper. */
  hashForStorage(secret: string): StoredHash {
    return { hash: this.#current.hmac(secret), pepperVersion: this.#currentVersion };
  }

  /**
   * Whether the secret has that hash, in a time that does not depend on where they differ. Under a pepper that is not in
   * the keyring any more nothing matches: taking one out is how a leaked pepper is retired.
   */
  matches(secret: string, storedHash: string, pepperVersion: number): boolean {
    const pepper = this.#peppers.get(pepperVersion);
    if (pepper === undefined || storedHash.length !== 2 * DIGEST) return false;
    this.#computed.write(pepper.hmac(secret), 'latin1');
    this.#stored.write(storedHash, 'latin1');
    return timingSafeEqual(this.#computed, this.#stored);
  }
}

/**
 * One key with the first block of both hashes of RFC 2104 laid out beforehand, so that an HMAC is two one-shot hashes:
 * `createHmac` builds a stateful object for each call. Digests travel as hex because a one-shot hash that answers a
 * Buffer takes twice as long: the Buffer is made outside of the engine's heap.
 */
class Pepper {
  readonly #inner = Buffer.alloc(BLOCK + 3 * SECRET_LENGTH);
  /** The part of it that a secret fills, which is ASCII and always of one length. */
  readonly #innerOfSecret = this.#inner.subarray(0, BLOCK + SECRET_LENGTH);
  readonly #outer = Buffer.alloc(BLOCK + DIGEST);

  constructor(key: Buffer) {
    const block = Buffer.alloc(BLOCK);
    (key.length > BLOCK ? hash('sha256', key, 'buffer') : key).copy(block);
    for (let at = 0; at < BLOCK; at++) {
      this.#inner[at] = block.readUInt8(at) ^ 0x36;
      this.#outer[at] = block.readUInt8(at) ^ 0x5c;
    }
  }

  /** In hex. The buffers are shared between calls, which is safe because no call waits for anything. */
  hmac(message: string): string {
    this.#outer.write(hash('sha256', this.#padded(message), 'hex'), BLOCK, 'hex');
    return hash('sha256', this.#outer, 'hex');
  }

  #padded(message: string): Buffer {
    if (message.length > SECRET_LENGTH) return Buffer.concat([this.#inner.subarray(0, BLOCK), Buffer.from(message)]);
    const written = this.#inner.write(message, BLOCK, 'utf8');
    return written === SECRET_LENGTH ? this.#innerOfSecret : this.#inner.subarray(0, BLOCK + written);
  }
}
