import { ClientAddresses } from './client-address.js';

const addresses = new ClientAddresses(['10.0.0.0/8', '2001:db8::/32']);

it.each([
  ['a peer that is no proxy, whatever it says', '192.0.2.1', '198.51.100.1', '192.0.2.1'],
  ['a proxy that says nothing', '10.0.0.1', undefined, '10.0.0.1'],
  ['a proxy', '10.0.0.1', '192.0.2.1', '192.0.2.1'],
  ['a proxy in a dual-stack spelling', '::ffff:10.0.0.1', '192.0.2.1', '192.0.2.1'],
  ['a chain of proxies', '10.0.0.1', '192.0.2.1, 10.0.0.2, 2001:db8::1', '192.0.2.1'],
  ['a client that forges the left', '10.0.0.1', '10.0.0.9, 198.51.100.1, 192.0.2.1', '192.0.2.1'],
  ['proxies all the way', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
  ['nonsense between', '10.0.0.1', '192.0.2.1, unknown, 10.0.0.2', '10.0.0.2'],
  ['a proxy in hexadecimal', '::ffff:a00:1', '192.0.2.1', '192.0.2.1'],
  ['a proxy that writes IPv6', '10.0.0.1', '::ffff:192.0.2.1', '192.0.2.1'],
  ['a proxy that writes hexadecimal', '10.0.0.1', '::FFFF:7f00:1', '127.0.0.1'],
  ['a proxy that writes every zero', '10.0.0.1', '0:0:0:0:0:ffff:7f00:1', '127.0.0.1'],
  ['a proxy that writes capitals', '10.0.0.1', '2002:DB8:0:0:0::1', '2002:db8::1'],
  ['a translator, which is not what it translates', '10.0.0.1', '::ffff:0:c000:201', '::ffff:0:c000:201'],
  ['a number too large for IPv4', '10.0.0.1', '::ffff:192.0.2.999', '10.0.0.1'],
  ['several headers', '10.0.0.1', ['198.51.100.1', '192.0.2.1'], '192.0.2.1'],
])('finds the client behind %s', (_, peer, forwardedFor, client) => {
  expect(addresses.of(peer, forwardedFor)).toBe(client);
});

it('spells one address in one way without a proxy too', () => {
  for (const peer of ['127.0.0.1', '::ffff:127.0.0.1', '::ffff:7f00:1'])
    expect(new ClientAddresses([]).of(peer, undefined)).toBe('127.0.0.1');
});

it('believes nobody by default, and knows nothing of a connection that is gone', () => {
  expect(new ClientAddresses([]).of('10.0.0.1', '192.0.2.1')).toBe('10.0.0.1');
  expect(addresses.of(undefined, '192.0.2.1')).toBeNull();
});
