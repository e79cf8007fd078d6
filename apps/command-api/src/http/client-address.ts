import { BlockList, isIP } from 'node:net';

/** Finds out whom a request came from, behind the proxies that the operator trusts. */
export class ClientAddresses {
  readonly #trusted: BlockList | null;

  /** @param trustedProxies CIDR blocks or single addresses, checked when the settings are read */
  constructor(trustedProxies: readonly string[]) {
    this.#trusted = trustedProxies.length === 0 ? null : blockList(trustedProxies);
  }

  /**
   * The peer's address or, where the peer is a trusted proxy, the rightmost `X-Forwarded-For` address that is not one.
   * Anything left of that was written by the client itself and proves nothing.
   */
  of(peer: string | undefined, forwardedFor: string | readonly string[] | undefined): string | null {
    const address = plain(peer ?? '');
    if (this.#trusted === null || !this.#isTrusted(address)) return address === '' ? null : address;
    const hops = [forwardedFor ?? []].flat().join(',').split(',');
    let nearest = address;
    for (const hop of hops.reverse()) {
      const candidate = plain(hop.trim());
      if (isIP(candidate) === 0) return nearest;
      nearest = candidate;
      if (!this.#isTrusted(candidate)) return candidate;
    }
    return nearest;
  }

  #isTrusted(address: string): boolean {
    const version = isIP(address);
    return version !== 0 && this.#trusted?.check(address, version === 6 ? 'ipv6' : 'ipv4') === true;
  }
}

/** An IPv4 address that a dual-stack socket shows as `::ffff:192.0.2.1`, as what it is. */
function plain(address: string): string {
  return /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(address) ? address.slice(7) : address;
}

function blockList(blocks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const block of blocks) {
    const [address = '', bits] = block.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    list.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family);
  }
  return list;
}
