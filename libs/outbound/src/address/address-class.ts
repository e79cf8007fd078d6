import { CidrList } from './cidr-list.js';
import type { IpAddress } from './ip-address.js';

/** What an address is, for the operator's log; a tenant learns no more than that it is not allowed. */
export type AddressClass =
  'public' | 'loopback' | 'private' | 'link-local' | 'metadata' | 'multicast' | 'reserved' | 'translated';

/** IANA's special-purpose registry of IPv4, and what clouds keep on addresses that look public. */
const V4: readonly (readonly [AddressClass, CidrList])[] = [
  ['loopback', new CidrList(['127.0.0.0/8'])],
  ['private', new CidrList(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'])],
  // 168.63.129.16 is Azure's host; 100.100.100.200 of Alibaba lies in 100.64.0.0/10.
  ['metadata', new CidrList(['169.254.169.254', '168.63.129.16'])],
  ['link-local', new CidrList(['169.254.0.0/16'])],
  ['multicast', new CidrList(['224.0.0.0/4'])],
  [
    'reserved',
    new CidrList([
      ...['0.0.0.0/8', '192.0.0.0/24', '192.0.2.0/24', '192.31.196.0/24', '192.52.193.0/24', '192.88.99.0/24'],
      ...['192.175.48.0/24', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '240.0.0.0/4'],
    ]),
  ],
];

/** Only here are addresses of the public net; whatever lies outside is refused, known or not. */
const V6_GLOBAL = new CidrList(['2000::/3']);
/** 2001::/23 has Teredo (2001::/32), benchmarking, ORCHID; 3ffe::/16 was the 6bone; 2002::/16 is 6to4. */
const V6_SPECIAL = new CidrList([
  ...['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3ffe::/16', '3fff::/20'],
]);
const V6_NAMED: readonly (readonly [AddressClass, CidrList])[] = [
  ['loopback', new CidrList(['::1'])],
  ['metadata', new CidrList(['fd00:ec2::254'])],
  ['private', new CidrList(['fc00::/7', 'fec0::/10'])],
  ['link-local', new CidrList(['fe80::/10'])],
  ['multicast', new CidrList(['ff00::/8'])],
  // IPv4-compatible, IPv4-mapped, IPv4-translated, NAT64 with a prefix of one's own, 6to4, Teredo.
  ['translated', new CidrList(['::ffff:0:0/96', '::ffff:0:0:0/96', '64:ff9b:1::/48', '2002::/16', '2001::/32'])],
];
/** What a DNS64 answers in networks without IPv4: the one translated form behind which anybody has public receivers. */
const NAT64 = new CidrList(['64:ff9b::/96']);

/** By default nothing is public: an IPv6 address has to lie inside 2000::/3 and in none of its special blocks. */
export function classOf(ip: IpAddress): AddressClass {
  if (ip.family === 4) return V4.find(([, list]) => list.has(ip))?.[0] ?? 'public';
  if (NAT64.has(ip)) return classOf(behindNat64(ip));
  if (!V6_GLOBAL.has(ip) || V6_SPECIAL.has(ip)) return V6_NAMED.find(([, list]) => list.has(ip))?.[0] ?? 'reserved';
  const inner = isatap(ip);
  return inner === null ? 'public' : classOf(inner);
}

/** The IPv4 address that a translator would call; every other address is itself. */
export function behindNat64(ip: IpAddress): IpAddress {
  return NAT64.has(ip) ? { family: 4, bits: ip.bits & 0xffffffffn } : ip;
}

/** ISATAP (RFC 5214) may use any prefix: its interface id is 0000:5efe or 0200:5efe and the IPv4 address behind it. */
function isatap({ bits }: IpAddress): IpAddress | null {
  const marker = (bits >> 32n) & 0xffffffffn;
  return marker === 0x00005efen || marker === 0x02005efen ? { family: 4, bits: bits & 0xffffffffn } : null;
}
