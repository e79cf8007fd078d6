import { isIP } from 'node:net';

/**
 * What a limit per address counts: an IPv4 address by itself, of an IPv6 address its /64. One customer of an access
 * provider or host is given that much at least, and would have 2^64 times the limit if each address counted alone.
 *
 * @param address as `ClientAddresses` spells it
 */
export function limitedAddress(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = address.split('::');
  const groups = groupsOf(head);
  if (tail !== undefined) {
    const behind = groupsOf(tail);
    groups.push(...Array<string>(8 - groups.length - behind.length).fill('0'), ...behind);
  }
  return `${groups.slice(0, 4).join(':')}::/64`;
}

/** An IPv4 address at the end takes the place of two groups, both of them past the first four. */
function groupsOf(part: string): string[] {
  return part === '' ? [] : part.replace(/\d+\.\d+\.\d+\.\d+$/, '0:0').split(':');
}
