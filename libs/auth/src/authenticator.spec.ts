import { EventStoreUnavailable } from '#libs/event-store';
import { AuthenticationFailed } from './authentication-failed.js';
import { Authenticator } from './authenticator.js';
import type { ApiKeyCaller, PlatformCaller, UserCaller } from './caller.js';
import type { CredentialHeaders } from './credential.js';
import { IdentityProviderUnavailable, InvalidToken, UserNotProvisioned } from './jwt/jwt-errors.js';
import { DirectoryUnavailable } from './key-directory/directory-unavailable.js';
import type { Verification, VerifiedKey } from './verification.js';

const user: UserCaller = {
  ...{ type: 'user', id: 'u1', issuer: 'https://id.example', orgId: 'org_a', orgSlug: null, role: 'admin', name: null },
};
const platform: PlatformCaller = { type: 'platform', id: '0123456789ab' };
const verified: VerifiedKey = {
  ...{ keyId: 'ak_1', lineage: 'l', orgId: 'org_a', name: 'a key', type: 'service', environment: 'live' },
  ...{ access: 'full', scopes: ['audit:read'], expiresAt: null },
};
const keyCaller: ApiKeyCaller = {
  ...{ type: 'api_key', id: 'ak_1', lineage: 'l', orgId: 'org_a', name: 'a key', keyType: 'service', access: 'full' },
  scopes: ['audit:read'],
};

interface Worlds {
  readonly key?: () => Verification | Promise<Verification>;
  readonly jwt?: () => Promise<UserCaller>;
}

function authenticatorIn({ key, jwt }: Worlds = {}) {
  const used: string[] = [];
  const authenticator = new Authenticator({
    keys: {
      verify: (secret) => {
        if (secret !== 'ak_good') return { code: 'malformed', key: null };
        return key === undefined ? { code: 'valid', key: verified } : key();
      },
    },
    jwt: {
      verify: async (token) => {
        if (token !== 'jwt_good') throw new InvalidToken('no JWT');
        return jwt === undefined ? user : jwt();
      },
    },
    platformTokens: { accept: (token) => (token === 'plt_good' ? platform : null) },
    onKeyUse: ({ id }) => void used.push(id),
  });
  return { authenticator, used };
}

type Headers = Partial<CredentialHeaders>;

async function outcome({ authorization, xApiKey }: Headers, worlds?: Worlds): Promise<unknown> {
  try {
    return await authenticatorIn(worlds).authenticator.authenticate({ authorization, xApiKey });
  } catch (error) {
    if (!(error instanceof AuthenticationFailed)) throw error;
    return `${error.status} ${error.code}: ${error.message}`;
  }
}

const UNAUTHORIZED = '401 unauthorized: Unauthorized role.';
const INVALID_KEY = '401 invalid_api_key: Invalid or expired API key.';
const AMBIGUOUS = expect.stringMatching(/^400 ambiguous_credentials: /) as string;

it.each<[string, Headers, unknown]>([
  ['a JWT', { authorization: 'Bearer jwt_good' }, user],
  ['a scheme in any case, with blanks around', { authorization: ' bEARER   jwt_good ' }, user],
  ['a platform token', { authorization: 'Bearer plt_good' }, platform],
  ['a key as bearer token', { authorization: 'Bearer ak_good' }, keyCaller],
  ['a key in X-API-Key', { xApiKey: 'ak_good' }, keyCaller],
  ['the same key in both headers', { authorization: 'Bearer ak_good', xApiKey: 'ak_good' }, keyCaller],
  ['the same key twice in one header', { xApiKey: 'ak_good, ak_good' }, keyCaller],
  ['a repeated header with the same token', { authorization: ['Bearer jwt_good', 'Bearer jwt_good'] }, user],
  ['nothing', {}, UNAUTHORIZED],
  ['an empty Authorization', { authorization: '' }, UNAUTHORIZED],
  ['a scheme without a token', { authorization: 'Bearer' }, UNAUTHORIZED],
  ['another scheme', { authorization: 'Basic YTpi' }, UNAUTHORIZED],
  ['a token without a scheme', { authorization: 'jwt_good' }, UNAUTHORIZED],
  ['two words behind the scheme', { authorization: 'Bearer jwt_good x' }, UNAUTHORIZED],
  ['a bad JWT', { authorization: 'Bearer jwt_bad' }, UNAUTHORIZED],
  ['a bad platform token', { authorization: 'Bearer plt_bad' }, UNAUTHORIZED],
  ['a bad key as bearer token', { authorization: 'Bearer ak_bad' }, INVALID_KEY],
  ['a bad key in X-API-Key', { xApiKey: 'ak_bad' }, INVALID_KEY],
  ['an empty X-API-Key', { xApiKey: '' }, INVALID_KEY],
  ['a JWT in X-API-Key', { xApiKey: 'jwt_good' }, INVALID_KEY],
  ['a platform token in X-API-Key', { xApiKey: 'plt_good' }, INVALID_KEY],
  ['the same JWT in both headers', { authorization: 'Bearer jwt_good', xApiKey: 'jwt_good' }, INVALID_KEY],
  ['a JWT and a key', { authorization: 'Bearer jwt_good', xApiKey: 'ak_good' }, AMBIGUOUS],
  ['two keys', { authorization: 'Bearer ak_good', xApiKey: 'ak_other' }, AMBIGUOUS],
  ['two keys in one header', { xApiKey: 'ak_good, ak_other' }, AMBIGUOUS],
  ['two repeated headers', { authorization: ['Bearer jwt_good', 'Bearer ak_good'] }, AMBIGUOUS],
  ['a password and a key', { authorization: 'Basic YTpi', xApiKey: 'ak_good' }, AMBIGUOUS],
])('%s', async (_, headers, expected) => {
  expect(await outcome(headers)).toEqual(expected);
});

it.each(['revoked', 'suspended', 'expired'] as const)('refuses a %s key', async (code) => {
  expect(await outcome({ xApiKey: 'ak_good' }, { key: () => ({ code, key: verified }) })).toBe(INVALID_KEY);
  const late = async (): Promise<Verification> => ({ code, key: verified });
  expect(await outcome({ xApiKey: 'ak_good' }, { key: late })).toBe(INVALID_KEY);
});

const failing = (error: Error) => (): never => {
  throw error;
};

it.each([new DirectoryUnavailable('stale'), new EventStoreUnavailable('down')])('does not know: %s', async (error) => {
  const expected = expect.stringMatching(/^503 event_store_unavailable: /) as string;
  expect(await outcome({ xApiKey: 'ak_good' }, { key: failing(error) })).toEqual(expected);
  expect(await outcome({ xApiKey: 'ak_good' }, { key: () => Promise.reject(error) })).toEqual(expected);
});

it('tells a token without a user and a provider that is away from a bad token', async () => {
  const headers = { authorization: 'Bearer jwt_good' };
  expect(await outcome(headers, { jwt: async () => failing(new UserNotProvisioned())() })).toBe(
    '403 user_not_provisioned: The token names no user.',
  );
  const away = new IdentityProviderUnavailable('connect ECONNREFUSED 10.0.0.7:443');
  const answer = await outcome(headers, { jwt: async () => failing(away)() });
  expect(answer).toMatch(/^502 identity_provider_unavailable: /);
  expect(answer).not.toContain('10.0.0.7');
});

it('does not take a mistake of ours for a bad credential', async () => {
  const mistake = new TypeError('undefined is not a function');
  await expect(outcome({ xApiKey: 'ak_good' }, { key: failing(mistake) })).rejects.toBe(mistake);
  await expect(outcome({ authorization: 'Bearer jwt_good' }, { jwt: async () => failing(mistake)() })).rejects.toBe(
    mistake,
  );
});

it('answers without a promise for a key at hand and for a platform token, and tells of each key accepted', () => {
  const { authenticator, used } = authenticatorIn();
  expect(authenticator.authenticate({ authorization: undefined, xApiKey: 'ak_good' })).toEqual(keyCaller);
  expect(authenticator.authenticate({ authorization: 'Bearer plt_good', xApiKey: undefined })).toBe(platform);
  expect(() => authenticator.authenticate({ authorization: undefined, xApiKey: 'ak_bad' })).toThrow(
    AuthenticationFailed,
  );
  expect(used).toEqual(['ak_1']);
});
