/** For each byte its remainder, and the same shifted by one, two and three further zero bytes. */
const T0 = new Int32Array(256);
const T1 = new Int32Array(256);
const T2 = new Int32Array(256);
const T3 = new Int32Array(256);
for (let byte = 0; byte < 256; byte++) {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++)
    remainder = (remainder & 1) === 1 ? 0xedb88320 ^ (remainder >>> 1) : remainder >>> 1;
  T0[byte] = remainder;
}
for (let byte = 0; byte < 256; byte++) {
  T1[byte] = shifted(lookUp(T0, byte));
  T2[byte] = shifted(lookUp(T1, byte));
  T3[byte] = shifted(lookUp(T2, byte));
}

/**
 * The CRC-32 (IEEE) of the first `length` bytes, as `zlib.crc32` computes it. Four bytes a step, because `zlib.crc32`
 * takes longer for the way into native code than this takes for a whole secret, and it is on the path of each request.
 */
export function crc32(bytes: Uint8Array, length: number): number {
  let crc = -1;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    crc ^=
      byteAt(bytes, at) | (byteAt(bytes, at + 1) << 8) | (byteAt(bytes, at + 2) << 16) | (byteAt(bytes, at + 3) << 24);
    crc =
      lookUp(T3, crc & 255) ^ lookUp(T2, (crc >>> 8) & 255) ^ lookUp(T1, (crc >>> 16) & 255) ^ lookUp(T0, crc >>> 24);
  }
  for (; at < length; at++) crc = lookUp(T0, (crc ^ byteAt(bytes, at)) & 255) ^ (crc >>> 8);
  return ~crc >>> 0;
}

function shifted(remainder: number): number {
  return lookUp(T0, remainder & 255) ^ (remainder >>> 8);
}

/** Two functions for one thing: one for both kinds of array would be compiled for either at each use, and be slower. */
function lookUp(table: Int32Array, index: number): number {
  return table[index] ?? 0;
}

function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}
