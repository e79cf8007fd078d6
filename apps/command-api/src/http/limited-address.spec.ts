import { limitedAddress } from './limited-address.js';

it.each([
  ['an IPv4 address', '192.0.2.1', '192.0.2.1'],
  ['no address', '', ''],
  ['the first of a /64', '2001:db8:1:2::', '2001:db8:1:2::/64'],
  ['the last of a /64', '2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
  ['zeros on both sides of the cut', '2001:db8::1', '2001:db8:0:0::/64'],
  ['zeros ahead of the cut', '2001::7:0:0:0:1', '2001:0:0:7::/64'],
  ['zeros at the beginning', '::1', '0:0:0:0::/64'],
  ['an IPv4 address inside', '64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
])('counts %s by what its owner was given', (_, address, counted) => {
  expect(limitedAddress(address)).toBe(counted);
});
