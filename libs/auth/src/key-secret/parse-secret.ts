import { BASE62_ALPHABET } from './base62.js';
import { crc32 } from './crc32.js';
import { CHECKSUM_START, ID_START, RANDOM_START, SECRET_LENGTH, SECRET_PREFIX } from './secret-format.js';

/** Which key a secret says it is of. */
export interface ParsedSecret {
  /** The first 16 characters of the key's id behind `ak_`. */
  readonly lineage: string;
  /** The other four: which key of the lineage. */
  readonly ending: string;
}

const ENDING_START = ID_START + 16;
const NO_DIGIT = 255;
/** The value of each digit of base62; that of every other byte has its highest bit set. */
const DIGIT = new Uint8Array(256).fill(NO_DIGIT);
for (let value = 0; value < 62; value++) DIGIT[BASE62_ALPHABET.charCodeAt(value)] = value;

/** Where a text is laid out as bytes: reading a string character by character takes three times as long. */
const bytes = Buffer.alloc(3 * SECRET_LENGTH);

/**
 * What a secret says of itself: null for any string that is none, by shape or checksum. It looks at each character once,
 * so a caller may hand it whatever a client sent. Nothing is proven yet: the secret must still be compared.
 */
export function parseSecret(text: string): ParsedSecret | null {
  if (text.length !== SECRET_LENGTH || !isPrefixed(text)) return null;
  // A character that is not ASCII takes more than one byte, and the buffer has room for that.
  if (bytes.write(text, 'utf8') !== SECRET_LENGTH || !hasOnlyDigits()) return null;
  if (crc32(bytes, CHECKSUM_START) !== writtenChecksum()) return null;
  return { lineage: text.slice(ID_START, ENDING_START), ending: text.slice(ENDING_START, RANDOM_START) };
}

function isPrefixed(text: string): boolean {
  return text.startsWith(SECRET_PREFIX.live) || text.startsWith(SECRET_PREFIX.test);
}

function hasOnlyDigits(): boolean {
  let seen = 0;
  for (let at = ID_START; at < SECRET_LENGTH; at++) seen |= digitAt(at);
  return seen < 128;
}

/** Six digits may say more than 32 bits hold; such a number equals no checksum. */
function writtenChecksum(): number {
  let value = 0;
  for (let at = CHECKSUM_START; at < SECRET_LENGTH; at++) value = value * 62 + digitAt(at);
  return value;
}

function digitAt(at: number): number {
  return DIGIT[bytes[at] ?? 0] ?? NO_DIGIT;
}
