import { natsAddress } from './nats-address.js';

it.each([
  ['nats://one', { servers: ['one:4222'] }],
  ['nats://one:14222, nats://two', { servers: ['one:14222', 'two:4222'] }],
  ['tls://one', { servers: ['one:4222'], tls: {} }],
  ['nats://ada:s%2Fx@one,nats://two', { servers: ['one:4222', 'two:4222'], user: 'ada', pass: 's/x' }],
  ['nats://token@one', { servers: ['one:4222'], token: 'token' }],
  ['nats://[::1]:4222', { servers: ['[::1]:4222'] }],
])('reads %s', (url, address) => expect(natsAddress(url)).toEqual(address));
