import { BlockList, isIP, SocketAddress } from 'node:net';

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
    // Node spells a peer as it should be, except on a socket for both families.
    const address = peer?.startsWith('::ffff:') === true ? canonical(peer) : (peer ?? '');
    if (this.#trusted === null || !this.#isTrusted(address)) return address === '' ? null : address;
    const hops = [forwardedFor ?? []].flat().join(',').split(',');
    let nearest = address;
    for (const hop of hops.reverse()) {
      const candidate = canonical(hop.trim());
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

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/;

/** One spelling for each address; an IPv4 address inside an IPv6 one (`::ffff:192.0.2.1`) is what it is. */
function canonical(address: string): string {
  const inside = MAPPED.exec(address)?.[1];
  if (inside !== undefined || isIP(address) !== 6) return inside ?? address;
  const spelled = new SocketAddress({ address, family: 'ipv6' }).address;
  return MAPPED.exec(spelled)?.[1] ?? spelled;
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
