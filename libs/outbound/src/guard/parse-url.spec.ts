import fc from 'fast-check';
import { CidrList } from '../address/cidr-list.js';
import { PUBLIC, REFUSED_V4, REFUSED_V6 } from '../testing/refused-addresses.js';
import { hostsOfV4 } from '../testing/spellings.js';
import { parseUrl, type UrlRules } from './parse-url.js';
import { UrlRefused } from './url-refused.js';

const STRICT: UrlRules = { allowHttp: false, allowed: new CidrList([]), ports: new Set([8443]) };
const LOCAL = new CidrList(['127.0.0.0/8', 'fd00::/8']);

const messageOf = (text: string, rules = STRICT): string | null => {
  try {
    parseUrl(text, rules);
    return null;
  } catch (error) {
    if (!(error instanceof UrlRefused) || error.code !== 'invalid_url') throw error;
    return error.message;
  }
};

it.each([
  ['https://example.com', 'https://example.com/', 443],
  ['https://example.com/hooks?a=b', 'https://example.com/hooks?a=b', 443],
  ['https://example.com:443/', 'https://example.com/', 443],
  ['https://example.com:8443/', 'https://example.com:8443/', 8443],
  ['HTTPS://EXAMPLE.com./A', 'https://example.com/A', 443],
  ['https://bücher.example/', 'https://xn--bcher-kva.example/', 443],
  ['https://xn--bcher-kva.example/', 'https://xn--bcher-kva.example/', 443],
  ['https://a_b.example.com/', 'https://a_b.example.com/', 443],
  ['https://example.com/@user', 'https://example.com/@user', 443],
  ['https://example.com/?at=a@b', 'https://example.com/?at=a@b', 443],
  ['https:\\\\example.com\\x', 'https://example.com/x', 443],
  [' https://example.com/ ', 'https://example.com/', 443],
  ['https://1.example.com/', 'https://1.example.com/', 443],
  ['https://127.0.0.1.example.com/', 'https://127.0.0.1.example.com/', 443],
  ['https://localhost.example.com/', 'https://localhost.example.com/', 443],
  ['https://my.notlocal/', 'https://my.notlocal/', 443],
])('takes %s as %s', (text, href, port) => {
  expect(parseUrl(text, STRICT)).toMatchObject({ href, port, literal: null, onlyAllowed: false });
});

it.each([
  ['', '1 to 2,048 characters'],
  [`https://example.com/${'a'.repeat(2_029)}`, '1 to 2,048 characters'],
  [`https://example.com/${'ü'.repeat(1_000)}`, 'once it is encoded'],
  ['https://exam\tple.com/', 'control characters'],
  ['https://example.com/\n', 'control characters'],
  ['https://example.com/\0', 'control characters'],
  ['https://example.com/\u0085', 'control characters'],
  ['https://example.com/\ud800', 'control characters'],
  ['example.com', 'absolute URL'],
  ['//example.com/', 'absolute URL'],
  ['/hooks', 'absolute URL'],
  ['https://', 'absolute URL'],
  ['https://exa mple.com/', 'absolute URL'],
  ['https://example.com:99999/', 'absolute URL'],
  ['https://[fe80::1%25eth0]/', 'absolute URL'],
  ['https://[v1.a]/', 'absolute URL'],
  ['https://256.256.256.256/', 'absolute URL'],
  ['https://1.2.3.4.5/', 'absolute URL'],
  ['http://example.com/', 'begin with https'],
  ['ftp://example.com/', 'begin with https'],
  ['file:///etc/passwd', 'begin with https'],
  ['gopher://example.com/', 'begin with https'],
  ['unix:///var/run/docker.sock', 'begin with https'],
  ['data:text/plain,x', 'begin with https'],
  ['javascript:alert(1)', 'begin with https'],
  ['wss://example.com/', 'begin with https'],
  ['blob:https://example.com/x', 'begin with https'],
  ['https://user:secret@example.com/', 'no user name'],
  ['https://user@example.com/', 'no user name'],
  ['https://@example.com/', 'no user name'],
  ['https://:@example.com/', 'no user name'],
  ['https:\\\\@example.com/', 'no user name'],
  ['https:@example.com/', 'no user name'],
  ['https:///@example.com/', 'no user name'],
  ['https://example.com@10.0.0.1/', 'no user name'],
  ['https://example.com#@10.0.0.1/', 'no fragment'],
  ['https://example.com/#', 'no fragment'],
  ['https://example.com/#a', 'no fragment'],
  ['https://example.com:80/', 'port 443 or 8443'],
  ['https://example.com:22/', 'port 443 or 8443'],
  ['https://example.com:0/', 'port 443 or 8443'],
  ['https://localhost/', 'public host'],
  ['https://LOCALHOST./', 'public host'],
  ['https://a.localhost/', 'public host'],
  ['https://%6cocalhost/', 'public host'],
  ['https://ⓛocalhost/', 'public host'],
  ['https://lo\u00adcalhost/', 'public host'],
  ['https://printer.local/', 'public host'],
  ['https://metadata.google.internal/', 'public host'],
  ['https://metadata.google.internal./', 'public host'],
  ['https://router.home.arpa/', 'public host'],
  ['https://home.arpa/', 'public host'],
  ['https://kubernetes/', 'a name with a dot'],
  ['https://com./', 'a name with a dot'],
  ['https://example..com/', 'valid host'],
  ['https://.example.com/', 'valid host'],
  ['https://example.com../', 'valid host'],
  ['https://-example.com/', 'valid host'],
  ['https://exa$mple.com/', 'valid host'],
  ['https://exa*mple.com/', 'valid host'],
  [`https://${'a'.repeat(64)}.com/`, 'valid host'],
  [`https://${`${'a'.repeat(60)}.`.repeat(5)}com/`, 'valid host'],
])('refuses %j: %s', (text, message) => {
  expect(messageOf(text)).toContain(message);
});

const literals = [
  ...REFUSED_V4.flatMap(hostsOfV4),
  ...REFUSED_V6.map((address) => `[${address}]`),
  ...PUBLIC.map((address) => (address.includes(':') ? `[${address}]` : address)),
];

it('refuses every address, public ones too, in whatever spelling', () => {
  const hosts = [...new Set(literals)];
  expect(hosts.length).toBeGreaterThan(300);
  const taken = hosts.filter((host) => !/public host|absolute URL/.test(messageOf(`https://${host}/`) ?? ''));
  expect(taken).toEqual([]);
});

it.each([
  ['https://127.0.0.1:9000/', false, true],
  ['https://2130706433:9000/', false, true],
  ['http://127.0.0.1:9000/', false, false],
  ['http://127.0.0.1:9000/', true, true],
  ['http://127.0.0.1/', true, true],
  ['http://[fd00::1]:1/', true, true],
  ['https://10.0.0.1/', true, false],
  ['https://[::ffff:127.0.0.1]/', true, false],
  ['https://localhost:9000/', true, false],
])('with addresses of its own allowed takes %s (http allowed: %s): %s', (text, allowHttp, expected) => {
  expect(messageOf(text, { ...STRICT, allowHttp, allowed: LOCAL }) === null).toBe(expected);
});

it.each([
  ['http://receiver.example/', true],
  ['https://receiver.example:9000/', true],
  ['https://receiver.example/', false],
  ['https://receiver.example:8443/', false],
])('leaves it to the addresses of %s whether it may: %s', (text, onlyAllowed) => {
  expect(parseUrl(text, { ...STRICT, allowHttp: true, allowed: LOCAL }).onlyAllowed).toBe(onlyAllowed);
});

it('takes http nowhere where no address is allowed', () => {
  expect(messageOf('http://example.com/', { ...STRICT, allowHttp: true })).toContain('begin with https');
});

it('says of any text that it is refused, or gives a form that it takes again as it is', () => {
  const part = fc.constantFrom(
    'https:',
    'http:',
    '//',
    '\\',
    '@',
    '#',
    '?',
    ':',
    '.',
    '[',
    ']',
    '%',
    '::',
    '0x7f',
    '127',
    'a',
    'example',
    '.com',
    '1',
    '/',
    '\t',
    'ü',
    '。',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(part, { maxLength: 12 }).map((parts) => parts.join('')),
        fc.webUrl(),
      ),
      (text) => {
        if (messageOf(text) !== null) return;
        const { href, hostname, protocol, port } = parseUrl(text, STRICT);
        expect(parseUrl(href, STRICT).href).toBe(href);
        expect([protocol, href.includes('#'), new URL(href).hostname]).toEqual(['https:', false, hostname]);
        expect(hostname).toMatch(/^[a-z0-9_-]+(\.[a-z0-9_-]+)+$/);
        expect([443, 8443]).toContain(port);
      },
    ),
    { numRuns: 3_000 },
  );
});
