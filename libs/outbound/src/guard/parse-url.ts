import { CidrList } from '../address/cidr-list.js';
import { parseIp } from '../address/ip-address.js';
import type { GuardedUrl } from './guarded-url.js';
import { hostProblem } from './host-problem.js';
import { UrlRefused } from './url-refused.js';

export interface UrlRules {
  readonly allowHttp: boolean;
  readonly allowed: CidrList;
  readonly ports: ReadonlySet<number>;
}

const LONGEST = 2_048;
/** What the parser drops in silence, so that it would not be seen afterwards. */
const UNSEEN = /\p{Cc}/u;
/** Up to the end of the authority, as WHATWG reads special schemes: any number of slashes, either way. */
const AUTHORITY = /^ *[a-z]+:[\\/]*([^\\/?#]*)/i;

/**
 * What needs no name server: form, scheme, port and host (api.md section 7). Spellings of addresses (decimal, octal, short,
 * percent-encoded, full-width) are folded by the WHATWG parser, so they are judged after it.
 * @throws UrlRefused
 */
export function parseUrl(text: string, rules: UrlRules): GuardedUrl {
  const url = wellFormed(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new UrlRefused('url must begin with https://.');
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  const literal = parseIp(hostname);
  // Empty for the scheme's own.
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  const isHttp = url.protocol === 'http:';
  if (isHttp && (!rules.allowHttp || rules.allowed.isEmpty)) throw new UrlRefused('url must begin with https://.');
  if (literal === null) {
    const problem = hostProblem(hostname);
    if (problem !== null) throw new UrlRefused(problem);
  } else if (!rules.allowed.has(literal)) throw new UrlRefused('url must name a public host, not an address.');
  const isOpenPort = rules.ports.has(port) || port === 443;
  if (!isOpenPort && rules.allowed.isEmpty) throw new UrlRefused(portMessage(rules.ports));
  const { href, origin, protocol, pathname, search } = url;
  const onlyAllowed = isHttp || !isOpenPort;
  return { href, origin, protocol, hostname, port, path: pathname + search, literal, onlyAllowed } as GuardedUrl;
}

export function portMessage(ports: ReadonlySet<number>): string {
  return `url must use port ${[...new Set([443, ...ports])].join(' or ')}.`;
}

function wellFormed(text: string): URL {
  const length = [...text].length;
  if (length < 1 || length > LONGEST) throw new UrlRefused('url must have 1 to 2,048 characters.');
  if (UNSEEN.test(text) || !text.isWellFormed()) throw new UrlRefused('url must have no control characters.');
  const url = URL.parse(text);
  if (url === null) throw new UrlRefused('url must be an absolute URL, such as https://example.com/hooks.');
  // The parser forgets `https://@host` and `https://host/#`.
  if (AUTHORITY.exec(text)?.[1]?.includes('@') || url.username !== '' || url.password !== '')
    throw new UrlRefused('url must have no user name and no password.');
  if (text.includes('#')) throw new UrlRefused('url must have no fragment.');
  // A search for another name than the dot-less one, and another certificate, would be asked for.
  if (url.hostname.endsWith('.')) url.hostname = url.hostname.slice(0, -1);
  if (url.href.length > LONGEST) throw new UrlRefused('url must have at most 2,048 characters once it is encoded.');
  return url;
}
