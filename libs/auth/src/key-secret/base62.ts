/** The digits of base62, in the order of their values. */
export const BASE62_ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The value in exactly that many digits, most significant first, padded with `0`; digits beyond `width` are cut off. */
export function toBase62(value: bigint, width: number): string {
  let digits = '';
  for (let rest = value; digits.length < width; rest /= 62n) {
    digits = BASE62_ALPHABET.charAt(Number(rest % 62n)) + digits;
  }
  return digits;
}
