import { parseIp, type IpAddress } from './ip-address.js';

interface Cidr {
  readonly family: 4 | 6;
  /** How many bits at the end are not looked at. */
  readonly open: bigint;
  readonly prefix: bigint;
}

/** Blocks of addresses. A block of IPv4 holds no IPv6 form of its addresses: those are other addresses. */
export class CidrList {
  readonly #blocks: readonly Cidr[];

  /**
   * @param blocks such as `10.0.0.0/8`, or single addresses
   * @throws Error for what is none, as a list with a hole would be no list
   */
  constructor(blocks: readonly string[]) {
    this.#blocks = blocks.map(parseCidr);
  }

  get isEmpty(): boolean {
    return this.#blocks.length === 0;
  }

  has({ family, bits }: IpAddress): boolean {
    return this.#blocks.some((block) => block.family === family && bits >> block.open === block.prefix);
  }
}

function parseCidr(text: string): Cidr {
  const [address = '', length, ...rest] = text.split('/');
  const ip = parseIp(address);
  if (ip === null || rest.length > 0) throw new Error(`not an address or a CIDR block: ${text}`);
  const size = ip.family === 4 ? 32 : 128;
  const kept = length === undefined ? size : /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  if (!(kept <= size)) throw new Error(`not an address or a CIDR block: ${text}`);
  const open = BigInt(size - kept);
  return { family: ip.family, open, prefix: ip.bits >> open };
}
