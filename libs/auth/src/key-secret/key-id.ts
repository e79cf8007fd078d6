import { toBase62 } from './base62.js';

const ID_LENGTH = 20;
const SUCCESSOR_LENGTH = 4;

/**
 * A new key's id, drawn from the entropy: `ak_` and 20 base62 characters. What is more than those hold is cut off: of
 * 256 bits that leaves 119, and a bias of less than 1 in 2^136.
 */
export function keyIdFrom(entropy: Buffer): string {
  return `ak_${toBase62(toNumber(entropy), ID_LENGTH)}`;
}

/** The id of a rotated key: its lineage (16 characters) and four drawn from the entropy, which may be taken already. */
export function successorKeyId(lineage: string, entropy: Buffer): string {
  return `ak_${lineage}${toBase62(toNumber(entropy), SUCCESSOR_LENGTH)}`;
}

function toNumber(entropy: Buffer): bigint {
  if (entropy.length !== 32) throw new RangeError(`32 bytes of entropy are needed, not ${entropy.length}`);
  return BigInt(`0x${entropy.toString('hex')}`);
}
