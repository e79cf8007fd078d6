import { isIP } from 'node:net';

/** An address as a number, so that it has one form however it was spelled. */
export interface IpAddress {
  readonly family: 4 | 6;
  readonly bits: bigint;
}

/** Null for what is no address; also for one with a zone (`%eth0`), which names an interface of this very machine. */
export function parseIp(text: string): IpAddress | null {
  const family = isIP(text);
  if (family === 4) return { family, bits: bitsOfV4(text) };
  if (family === 6 && !text.includes('%')) return { family, bits: bitsOfV6(text) };
  return null;
}

export function isSameIp(one: IpAddress, other: IpAddress): boolean {
  return one.family === other.family && one.bits === other.bits;
}

function bitsOfV4(text: string): bigint {
  return BigInt(text.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0));
}

/** The text is known to be one, so `::` is there at most once and a dotted quad at the end alone. */
function bitsOfV6(text: string): bigint {
  const [before = '', after] = text.split('::');
  const [head, tail] = [groupsOf(before), groupsOf(after ?? '')];
  const zeros = Array<bigint>(8 - head.length - tail.length).fill(0n);
  return [...head, ...zeros, ...tail].reduce((sum, group) => (sum << 16n) | group, 0n);
}

function groupsOf(part: string): readonly bigint[] {
  if (part === '') return [];
  return part.split(':').flatMap((group) => {
    if (!group.includes('.')) return [BigInt(`0x${group}`)];
    const quad = bitsOfV4(group);
    return [quad >> 16n, quad & 0xffffn];
  });
}
