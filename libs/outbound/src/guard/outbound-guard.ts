import { behindNat64, classOf } from '../address/address-class.js';
import { CidrList } from '../address/cidr-list.js';
import { parseIp, type IpAddress } from '../address/ip-address.js';
import { DnsResolver } from '../dns/dns-resolver.js';
import { NameNotResolved } from '../dns/name-not-resolved.js';
import type { Resolver } from '../dns/resolver.js';
import { Blocked } from './blocked.js';
import type { GuardedUrl } from './guarded-url.js';
import { OwnAddresses } from './own-addresses.js';
import { parseUrl, portMessage, type UrlRules } from './parse-url.js';
import { UrlRefused } from './url-refused.js';
import type { VettedAddress } from './vetted-address.js';

export interface OutboundGuardOptions {
  /** Whether addresses of `allowedCidrs` may be called by `http`. */
  readonly allowHttp: boolean;
  /** Addresses and blocks that may be called whatever they are, as literals too and on any port. */
  readonly allowedCidrs: readonly string[];
  /** Ports beside 443. */
  readonly ports: readonly number[];
  readonly resolver?: Resolver;
  /** The addresses of this machine; default those of its interfaces. */
  readonly ownAddresses?: () => readonly string[];
}

/** How long a URL that is given to us may wait for its name server, over the resolver's own deadline. */
const ADMIT_MS = 4_000;
/** More than a send ever tries; what a name server adds is checked all the same. */
const MOST_ADDRESSES = 8;

/**
 * Says where requests may go that tenants ask for. There is one of it in a process, for every way in: a URL that is given,
 * changed, tested, delivered to. Whoever sends connects to the addresses of `resolve` and to nothing else, so that nothing
 * can change between the look and the call.
 */
export class OutboundGuard {
  readonly #rules: UrlRules;
  readonly #resolver: Resolver;
  readonly #own: OwnAddresses;

  constructor({ allowHttp, allowedCidrs, ports, resolver, ownAddresses }: OutboundGuardOptions) {
    this.#rules = { allowHttp, allowed: new CidrList(allowedCidrs), ports: new Set(ports) };
    this.#resolver = resolver ?? new DnsResolver();
    this.#own = new OwnAddresses(ownAddresses);
  }

  /** What can be said of a URL without a name server. @throws UrlRefused */
  parse(text: string): GuardedUrl {
    return parseUrl(text, this.#rules);
  }

  /**
   * Whether a URL may be kept: `url` is its normal form. A name that does not resolve now is let in with a warning, for
   * each delivery looks again.
   * @throws UrlRefused
   */
  async admit(text: string): Promise<{ url: string; warnings: readonly 'unresolved'[] }> {
    const url = this.parse(text);
    try {
      await this.resolve(url, AbortSignal.timeout(ADMIT_MS));
      return { url: url.href, warnings: [] };
    } catch (error) {
      if (error instanceof Blocked && error.reason !== 'port')
        throw new UrlRefused('url leads to an address that is not allowed.');
      // Whether its addresses are among those that may have such a port or scheme cannot be known.
      if (url.onlyAllowed) throw new UrlRefused(this.#onlyAllowedMessage(url));
      return { url: url.href, warnings: ['unresolved'] };
    }
  }

  /**
   * The addresses to connect to now, all of them checked; one bad one among them refuses all, for no honest name has both.
   * @throws Blocked, NameNotResolved, or what the signal was aborted with
   */
  async resolve(url: GuardedUrl, signal: AbortSignal): Promise<readonly VettedAddress[]> {
    if (url.literal !== null) return [this.#vet(url.hostname, url.literal, url)];
    const texts = await this.#resolver.resolve(url.hostname, signal);
    const vetted = [...new Set(texts)].map((text) => this.#vet(text, parseIp(text), url));
    if (vetted.length === 0) throw new NameNotResolved('ENODATA');
    return vetted.slice(0, MOST_ADDRESSES);
  }

  #vet(address: string, ip: IpAddress | null, url: GuardedUrl): VettedAddress {
    if (ip === null) throw new Blocked('reserved');
    if (!this.#rules.allowed.has(ip)) {
      const kind = classOf(ip);
      if (kind !== 'public') throw new Blocked(kind);
      if (this.#own.has(behindNat64(ip))) throw new Blocked('own');
      if (url.onlyAllowed) throw new Blocked('port');
    }
    return { address, family: ip.family } as VettedAddress;
  }

  #onlyAllowedMessage({ protocol }: GuardedUrl): string {
    return protocol === 'http:' ? 'url must begin with https://.' : portMessage(this.#rules.ports);
  }
}
