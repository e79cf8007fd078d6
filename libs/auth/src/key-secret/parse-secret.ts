import { crc32 } from 'node:zlib';
import type { KeyEnvironment } from '#libs/domain';
import { BASE62_ALPHABET } from './base62.js';
import { CHECKSUM_START, ID_START, RANDOM_START, SECRET_LENGTH, SECRET_PREFIX } from './secret-format.js';

export interface ParsedSecret {
  readonly environment: KeyEnvironment;
  /** `ak_` and 20 characters. */
  readonly keyId: string;
  /** The first 16 of them. */
  readonly lineage: string;
}

const LINEAGE_LENGTH = 16;
/** The value of each ASCII digit of base62; anything else is 255. */
const DIGIT = new Uint8Array(128).fill(255);
for (let value = 0; value < 62; value++) DIGIT[BASE62_ALPHABET.charCodeAt(value)] = value;

/**
 * What a secret says of itself: null for any string that is none, by shape or checksum. It looks at each character once,
 * so a caller may hand it whatever a client sent. Nothing is proven yet: the secret must still be compared.
 */
export function parseSecret(text: string): ParsedSecret | null {
  if (text.length !== SECRET_LENGTH) return null;
  const environment = environmentOf(text);
  if (environment === null || !hasOnlyDigits(text)) return null;
  if (crc32(text.slice(0, CHECKSUM_START)) !== writtenChecksum(text)) return null;
  return {
    environment,
    keyId: `ak_${text.slice(ID_START, RANDOM_START)}`,
    lineage: text.slice(ID_START, ID_START + LINEAGE_LENGTH),
  };
}

function environmentOf(text: string): KeyEnvironment | null {
  if (text.startsWith(SECRET_PREFIX.live)) return 'live';
  return text.startsWith(SECRET_PREFIX.test) ? 'test' : null;
}

function hasOnlyDigits(text: string): boolean {
  for (let at = ID_START; at < SECRET_LENGTH; at++) {
    if ((DIGIT[text.charCodeAt(at)] ?? 255) === 255) return false;
  }
  return true;
}

/** Six digits may say more than 32 bits hold; such a number equals no checksum. */
function writtenChecksum(text: string): number {
  let value = 0;
  for (let at = CHECKSUM_START; at < SECRET_LENGTH; at++) value = value * 62 + (DIGIT[text.charCodeAt(at)] ?? 0);
  return value;
}
