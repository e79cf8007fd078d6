import { AuthenticationFailed } from './authentication-failed.js';

/** The headers that may carry a credential, as they came; a list where one was repeated. */
export interface CredentialHeaders {
  readonly authorization: string | readonly string[] | undefined;
  readonly xApiKey: string | readonly string[] | undefined;
}

/** `key`: the value of `X-API-Key`, or a bearer token that looks like one. */
export interface Credential {
  readonly kind: 'key' | 'platform' | 'jwt';
  readonly value: string;
}

/**
 * The one credential of a request. The same one twice is one: a gateway may copy a header.
 * @throws AuthenticationFailed `ambiguous_credentials`; `unauthorized` where there is none, or none of a kind that we take
 */
export function credentialOf({ authorization, xApiKey }: CredentialHeaders): Credential {
  // The two cases of nearly every request, without a list.
  if (typeof authorization === 'string' && xApiKey === undefined && !authorization.includes(','))
    return bearer(authorization);
  if (typeof xApiKey === 'string' && authorization === undefined && !xApiKey.includes(',')) return key(xApiKey);
  const all = [...values(authorization).map(bearer), ...values(xApiKey).map(key)];
  const [first] = all;
  if (first === undefined) throw new AuthenticationFailed('unauthorized');
  if (all.some(({ value }) => value !== first.value)) throw new AuthenticationFailed('ambiguous_credentials');
  // The same text in both headers, but no key: `X-API-Key` takes nothing else.
  return all.at(-1) ?? first;
}

/** Node joins a repeated header with a comma, which no credential contains. */
function values(header: string | readonly string[] | undefined): readonly string[] {
  return [header ?? []]
    .flat()
    .flatMap((value) => value.split(','))
    .map((value) => value.trim());
}

function bearer(header: string): Credential {
  const [scheme, token = '', ...more] = header.trim().split(/ +/);
  const value = scheme?.toLowerCase() === 'bearer' && more.length === 0 ? token : '';
  if (value.startsWith('ak_')) return { kind: 'key', value };
  return { kind: value.startsWith('plt_') ? 'platform' : 'jwt', value };
}

function key(header: string): Credential {
  return { kind: 'key', value: header.trim() };
}
