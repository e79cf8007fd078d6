import fc from 'fast-check';
import { BlockList } from 'node:net';
import { CidrList } from './cidr-list.js';
import { parseIp } from './ip-address.js';

const has = (blocks: readonly string[], text: string): boolean => {
  const ip = parseIp(text);
  return ip !== null && new CidrList(blocks).has(ip);
};

it.each([
  [['10.0.0.0/8'], '10.255.0.1', true],
  [['10.0.0.0/8'], '11.0.0.1', false],
  [['10.0.0.1'], '10.0.0.1', true],
  [['10.0.0.1'], '10.0.0.2', false],
  [['10.9.9.9/8'], '10.0.0.1', true],
  [['0.0.0.0/0'], '::ffff:1.2.3.4', false],
  [['fd00::/8', '127.0.0.1'], 'fd12::1', true],
  [['::/0'], '1.2.3.4', false],
  [[], '1.2.3.4', false],
])('%j has %s: %s', (blocks, address, expected) => {
  expect(has(blocks, address)).toBe(expected);
});

it.each([
  '',
  '10.0.0.0/33',
  '10.0.0.0/-1',
  '10.0.0.0/',
  '10.0.0/8',
  '::/129',
  'host/8',
  '10.0.0.0/8/8',
  'fe80::1%eth0',
])('refuses %j rather than have a hole', (block) =>
  expect(() => new CidrList([block])).toThrow('not an address or a CIDR block'),
);

it('agrees with the block list of Node', () => {
  const quad = fc.array(fc.nat(255), { minLength: 4, maxLength: 4 }).map((bytes) => bytes.join('.'));
  fc.assert(
    fc.property(quad, fc.nat(32), quad, (block, bits, address) => {
      const list = new BlockList();
      list.addSubnet(block, bits, 'ipv4');
      expect(has([`${block}/${bits}`], address)).toBe(list.check(address, 'ipv4'));
    }),
  );
});
