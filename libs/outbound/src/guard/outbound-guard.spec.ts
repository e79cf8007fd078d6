import { NameNotResolved } from '../dns/name-not-resolved.js';
import { DnsResolver } from '../dns/dns-resolver.js';
import { NameServer } from '../testing/name-server.js';
import { PUBLIC, REFUSED_V4, REFUSED_V6 } from '../testing/refused-addresses.js';
import { v6FormsOf } from '../testing/spellings.js';
import { Blocked } from './blocked.js';
import { OutboundGuard, type OutboundGuardOptions } from './outbound-guard.js';

const NOT_ALLOWED = 'url leads to an address that is not allowed.';
const never = new AbortController().signal;

let server: NameServer;
beforeAll(async () => {
  server = await NameServer.start();
});
afterAll(() => server.close());

const guard = (options: Partial<OutboundGuardOptions> = {}): OutboundGuard =>
  new OutboundGuard({
    ...{ allowHttp: false, allowedCidrs: [], ports: [], ownAddresses: () => [] },
    ...{ resolver: new DnsResolver({ servers: [server.address], deadlineMs: 500 }), ...options },
  });

const addresses = async (from: OutboundGuard, url = 'https://receiver.example/'): Promise<readonly string[]> =>
  (await from.resolve(from.parse(url), never)).map(({ address }) => address);

it('lets a name of public addresses pass, and hands them out', async () => {
  server.zone.set('receiver.example', ['1.1.1.1', '1.1.1.1', '2606:4700::1111']);
  expect(await guard().admit('https://receiver.example./a')).toEqual({
    url: 'https://receiver.example/a',
    warnings: [],
  });
  expect((await addresses(guard())).toSorted()).toEqual(['1.1.1.1', '2606:4700::1111']);
});

it.each([...REFUSED_V4, ...REFUSED_V6, ...REFUSED_V4.slice(0, 12).flatMap(v6FormsOf)])(
  'refuses a name that resolves to %s, alone and among public ones, and says no more',
  async (address) => {
    for (const answer of [[address], ['1.1.1.1', '2606:4700::1111', address]]) {
      server.zone.set('receiver.example', answer);
      await expect(guard().admit('https://receiver.example/')).rejects.toMatchObject({
        code: 'invalid_url',
        message: NOT_ALLOWED,
      });
      await expect(addresses(guard())).rejects.toBeInstanceOf(Blocked);
    }
  },
);

it('lets every public address pass', async () => {
  for (const address of PUBLIC) {
    server.zone.set('receiver.example', [address]);
    expect(await addresses(guard())).toHaveLength(1);
  }
});

it('refuses a name that stands for another of a refused address', async () => {
  server.zone.set('receiver.example', ['internal.example', '10.0.0.1']);
  await expect(guard().admit('https://receiver.example/')).rejects.toThrow(NOT_ALLOWED);
});

it('looks again each time: a name that rebinds is refused when it does', async () => {
  const answers = [['1.1.1.1'], ['127.0.0.1']];
  server.zone.set('receiver.example', () => {
    const isSecond =
      server.asked.filter(({ name, family }) => name === 'receiver.example' && family === 4).length > asked + 1;
    return answers[isSecond ? 1 : 0] ?? [];
  });
  const asked = server.asked.filter(({ name, family }) => name === 'receiver.example' && family === 4).length;
  const one = guard();
  expect(await one.admit('https://receiver.example/')).toMatchObject({ warnings: [] });
  await expect(addresses(one)).rejects.toMatchObject({ code: 'blocked', reason: 'loopback' });
});

it.each(['missing.example', 'silent.example'])(
  'lets %s in with a warning, as each delivery looks again',
  async (name) => {
    server.zone.set('silent.example', 'silence');
    expect(await guard().admit(`https://${name}/`)).toEqual({ url: `https://${name}/`, warnings: ['unresolved'] });
    await expect(addresses(guard(), `https://${name}/`)).rejects.toBeInstanceOf(NameNotResolved);
  },
);

it('refuses the addresses of this machine, public ones and by NAT64 too', async () => {
  const own = guard({ ownAddresses: () => ['8.8.8.8', 'fe80::1%eth0', '2606:4700::1'] });
  for (const address of ['8.8.8.8', '2606:4700::1', '64:ff9b::808:808']) {
    server.zone.set('receiver.example', [address]);
    await expect(addresses(own)).rejects.toMatchObject({ reason: 'own' });
  }
});

describe('with addresses that the operator allows', () => {
  const lenient = (): OutboundGuard => guard({ allowHttp: true, allowedCidrs: ['127.0.0.0/8', 'fd00::/8'] });

  it.each(['http://127.0.0.1:9000/', 'https://127.0.0.1/', 'http://[fd00::1]:1/'])('takes %s', async (url) => {
    expect(await lenient().admit(url)).toMatchObject({ warnings: [] });
    expect(await addresses(lenient(), url)).toHaveLength(1);
  });

  it('takes a name that resolves to them, on any port and by http', async () => {
    server.zone.set('local.example', ['127.0.0.1']);
    for (const url of ['https://local.example/', 'https://local.example:9000/', 'http://local.example/'])
      expect(await addresses(lenient(), (await lenient().admit(url)).url)).toEqual(['127.0.0.1']);
  });

  it.each([
    ['http://public.example/', 'url must begin with https://.'],
    ['https://public.example:9000/', 'url must use port 443.'],
    ['http://missing.example/', 'url must begin with https://.'],
    ['https://missing.example:9000/', 'url must use port 443.'],
  ])('refuses %s, which is none of them: %s', async (url, message) => {
    server.zone.set('public.example', ['1.1.1.1']);
    await expect(lenient().admit(url)).rejects.toThrow(message);
    await expect(addresses(lenient(), url)).rejects.toMatchObject({
      code: expect.stringMatching(/blocked|dns/) as string,
    });
  });

  it('refuses all other inner addresses, and a mix of both', async () => {
    for (const answer of [['10.0.0.1'], ['127.0.0.1', '10.0.0.1'], ['::ffff:127.0.0.1']]) {
      server.zone.set('receiver.example', answer);
      await expect(lenient().admit('https://receiver.example/')).rejects.toThrow(NOT_ALLOWED);
    }
  });
});

it('lets nothing through that its resolver made up', async () => {
  const resolver = { resolve: () => Promise.resolve(['localhost']) };
  await expect(addresses(guard({ resolver }))).rejects.toBeInstanceOf(Blocked);
  await expect(addresses(guard({ resolver: { resolve: () => Promise.resolve([]) } }))).rejects.toBeInstanceOf(
    NameNotResolved,
  );
});
