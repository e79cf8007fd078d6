import fc from 'fast-check';
import { BlockList } from 'node:net';
import { PUBLIC, REFUSED_V4, REFUSED_V6 } from '../testing/refused-addresses.js';
import { v6FormsOf } from '../testing/spellings.js';
import { classOf, type AddressClass } from './address-class.js';
import { parseIp } from './ip-address.js';

const classOfText = (text: string): AddressClass | null => {
  const ip = parseIp(text);
  return ip === null ? null : classOf(ip);
};
const quadOf = (bits: number): string => [24, 16, 8, 0].map((shift) => Math.floor(bits / 2 ** shift) % 256).join('.');
const v6 = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 });
const textOf = (groups: readonly number[]): string => groups.map((group) => group.toString(16)).join(':');

it('lets public addresses pass', () => {
  expect(PUBLIC.filter((address) => classOfText(address) !== 'public')).toEqual([]);
});

it('refuses all others, and whatever leads to them', () => {
  const refused = [...REFUSED_V4, ...REFUSED_V6, ...REFUSED_V4.flatMap(v6FormsOf)];
  expect(refused.length).toBeGreaterThan(500);
  expect(refused.filter((address) => ['public', null].includes(classOfText(address)))).toEqual([]);
});

it.each([
  ['169.254.169.254', 'metadata'],
  ['168.63.129.16', 'metadata'],
  ['fd00:ec2::254', 'metadata'],
  ['10.1.2.3', 'private'],
  ['::1', 'loopback'],
  ['::ffff:8.8.8.8', 'translated'],
  ['2002:808:808::1', 'translated'],
  ['64:ff9b::7f00:1', 'loopback'],
  ['2606:4700::5efe:a9fe:a9fe', 'metadata'],
  ['fe80::1', 'link-local'],
  ['ff02::1', 'multicast'],
  ['5f00::1', 'reserved'],
])('tells the operator that %s is %s', (address, expected) => {
  expect(classOfText(address)).toBe(expected);
});

it.each([
  '',
  'localhost',
  '1.2.3',
  '1.2.3.04',
  '0x7f.0.0.1',
  '2130706433',
  'fe80::1%eth0',
  '::1%1',
  ':::',
  '1::2::3',
  '[::1]',
])('takes %j for no address', (text) => expect(classOfText(text)).toBeNull());

it('agrees with the block list of Node about every IPv4 address', () => {
  const list = new BlockList();
  for (const block of [
    ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
    ...['192.0.2.0/24', '192.31.196.0/24', '192.52.193.0/24', '192.88.99.0/24', '192.168.0.0/16', '192.175.48.0/24'],
    ...['198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4', '168.63.129.16/32'],
  ]) {
    const [address = '', bits] = block.split('/');
    list.addSubnet(address, Number(bits), 'ipv4');
  }
  const bits = fc.oneof(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0xc0000000, max: 0xc6340000 }));
  fc.assert(
    fc.property(bits, (value) => {
      expect(classOfText(quadOf(value)) === 'public').toBe(!list.check(quadOf(value), 'ipv4'));
    }),
    { numRuns: 5_000 },
  );
});

it('lets nothing of IPv6 pass outside 2000::/3 but the NAT64 form of a public address', () => {
  fc.assert(
    fc.property(v6, ([first = 0, ...rest]) => {
      fc.pre(first < 0x2000 || first > 0x3fff);
      expect(classOfText(textOf([first, ...rest]))).not.toBe('public');
    }),
    { numRuns: 2_000 },
  );
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (value) => {
      expect(classOfText(`64:ff9b::${quadOf(value)}`)).toBe(classOfText(quadOf(value)));
    }),
  );
});

it('reads an IPv6 address the same however it is spelled', () => {
  fc.assert(
    fc.property(v6, fc.boolean(), (groups, upper) => {
      const text = upper ? textOf(groups).toUpperCase() : textOf(groups);
      const shortened = new URL(`http://[${text}]`).hostname.slice(1, -1);
      expect(parseIp(shortened)).toEqual(parseIp(text));
      expect(parseIp(text)?.bits.toString(16).padStart(32, '0')).toBe(
        groups.map((group) => group.toString(16).padStart(4, '0')).join(''),
      );
    }),
  );
});
