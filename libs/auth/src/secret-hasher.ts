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
  matches(secret: string, expected: Buffer, pepperVersion: number): boolean {
    const pepper = this.#peppers.get(pepperVersion);
    return pepper !== undefined && expected.length === DIGEST && timingSafeEqual(pepper.digest(secret), expected);
  }
}

/**
 * One key with the first block of both hashes of RFC 2104 laid out beforehand, so that an HMAC is two one-shot hashes:
 * `createHmac` builds a stateful object for each call. Digests travel as hex because a one-shot hash that answers a
 * Buffer takes twice as long: the Buffer is made outside of the engine's heap.
 */
class Pepper {
  readonly #inner: Buffer;
  readonly #outer: Buffer;
  readonly #digest = Buffer.alloc(DIGEST);

  constructor(key: Buffer) {
    const block = Buffer.alloc(BLOCK);
    (key.length > BLOCK ? hash('sha256', key, 'buffer') : key).copy(block);
    this.#inner = Buffer.alloc(BLOCK + SECRET_LENGTH);
    this.#outer = Buffer.alloc(BLOCK + DIGEST);
    for (let at = 0; at < BLOCK; at++) {
      this.#inner[at] = block.readUInt8(at) ^ 0x36;
      this.#outer[at] = block.readUInt8(at) ^ 0x5c;
    }
  }

  /** In hex. */
  hmac(message: string): string {
    this.#outer.write(hash('sha256', this.#padded(message), 'hex'), BLOCK, 'hex');
    return hash('sha256', this.#outer, 'hex');
  }

  /** In bytes that hold until the next call. */
  digest(message: string): Buffer {
    this.#digest.write(this.hmac(message), 'hex');
    return this.#digest;
  }

  /** Every secret is ASCII and of one length: those share one buffer, which nothing else sees between two calls. */
  #padded(message: string): Buffer {
    const length = Buffer.byteLength(message);
    const isOfASecretsLength = length === SECRET_LENGTH;
    const padded = isOfASecretsLength ? this.#inner : Buffer.alloc(BLOCK + length, this.#inner.subarray(0, BLOCK));
    padded.write(message, BLOCK, 'utf8');
    return padded;
  }
}
