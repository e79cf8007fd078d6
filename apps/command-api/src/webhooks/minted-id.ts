import { toBase62 } from '#libs/auth';

/** An id of the kinds that endpoints bring with them: the prefix and 20 base62 characters, drawn from 32 random bytes. */
export function mintedId(prefix: 'whk' | 'whs' | 'dlv' | 'rpl', entropy: Buffer): string {
  if (entropy.length !== 32) throw new RangeError(`32 bytes of entropy are needed, not ${entropy.length}`);
  return `${prefix}_${toBase62(BigInt(`0x${entropy.toString('hex')}`), 20)}`;
}
