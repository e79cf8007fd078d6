/** For each byte its remainder, and the same shifted by one, two and three further zero bytes. */
const TABLES = [new Int32Array(256), new Int32Array(256), new Int32Array(256), new Int32Array(256)] as const;
const [T0, T1, T2, T3] = TABLES;
for (let byte = 0; byte < 256; byte++) {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++)
    remainder = (remainder & 1) === 1 ? 0xedb88320 ^ (remainder >>> 1) : remainder >>> 1;
  T0[byte] = remainder;
}
for (let table = 1; table < 4; table++) {
  for (let byte = 0; byte < 256; byte++) {
    const before = at(TABLES[table - 1] ?? T0, byte);
    (TABLES[table] ?? T0)[byte] = at(T0, before & 255) ^ (before >>> 8);
  }
}

/**
 * The CRC-32 (IEEE) of the first `length` bytes, as `zlib.crc32` computes it. Four bytes a step, because `zlib.crc32`
 * takes longer for the way into native code than this takes for a whole secret, and it is on the path of each request.
 */
export function crc32(bytes: Uint8Array, length: number): number {
  let crc = -1;
  let from = 0;
  for (; from + 4 <= length; from += 4) {
    crc ^= at(bytes, from) | (at(bytes, from + 1) << 8) | (at(bytes, from + 2) << 16) | (at(bytes, from + 3) << 24);
    crc = at(T3, crc & 255) ^ at(T2, (crc >>> 8) & 255) ^ at(T1, (crc >>> 16) & 255) ^ at(T0, crc >>> 24);
  }
  for (; from < length; from++) crc = at(T0, (crc ^ at(bytes, from)) & 255) ^ (crc >>> 8);
  return ~crc >>> 0;
}

function at(table: Int32Array | Uint8Array, index: number): number {
  return table[index] ?? 0;
}
