import { crc32 } from 'node:zlib';
import type { KeyEnvironment } from '#libs/domain';
import { toBase62 } from './base62.js';
import { CHECKSUM_START, ID_START, RANDOM_START, SECRET_LENGTH, SECRET_PREFIX } from './secret-format.js';

export interface SecretToMint {
  readonly environment: KeyEnvironment;
  readonly keyId: string;
  /** 32 random bytes. They come in, so that a stored intent gives the same secret again after a crash. */
  readonly entropy: Buffer;
}

export interface MintedSecret {
  /** Shown once, to whoever asked; never stored. */
  readonly secret: string;
  /** `ak_live_2YkL…cdef`: what a person recognises the key by; its last four, of the checksum, are 24 bits of 256. */
  readonly hint: string;
}

/** Makes the secret of a key. The same input gives the same secret. */
export function mintSecret({ environment, keyId, entropy }: SecretToMint): MintedSecret {
  if (entropy.length !== 32) throw new RangeError(`32 bytes of entropy are needed, not ${entropy.length}`);
  const id = keyId.slice('ak_'.length);
  if (id.length !== RANDOM_START - ID_START) throw new RangeError('the key id must be ak_ and 20 characters');
  const random = toBase62(BigInt(`0x${entropy.toString('hex')}`), CHECKSUM_START - RANDOM_START);
  const body = `${SECRET_PREFIX[environment]}${id}${random}`;
  // Finds typing errors and saves look-ups; it proves nothing.
  const secret = body + toBase62(BigInt(crc32(body)), SECRET_LENGTH - CHECKSUM_START);
  return {
    secret,
    hint: `${secret.slice(0, ID_START + 4)}…${secret.slice(SECRET_LENGTH - 4)}`,
  };
}
