import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DirectoryUnavailable, type Verification, type VerifiedKey } from '#libs/auth';
import { DocumentedClient } from '../../testing/documented-client.js';
import { createCommandApi } from '../../create-command-api.js';
import { testDependencies } from '../../testing/test-dependencies.js';

const KEY: VerifiedKey = {
  ...{ keyId: 'ak_Lineage0000000000001', lineage: 'Lineage000000000', orgId: 'org_a', name: 'A key' },
  ...{ type: 'service', environment: 'live', access: 'scoped', scopes: ['reports:read'], expiresAt: null },
} as const;
const SHOWN = {
  ...{ key_id: KEY.keyId, org_id: 'org_a', name: 'A key', type: 'service', environment: 'live' },
  ...{ access: 'scoped', scopes: ['reports:read'], expires_at: null },
};

let verification: () => Verification | Promise<Verification> = () => ({ code: 'valid', key: KEY });
const asked: unknown[][] = [];
const used: unknown[][] = [];
let api: NestFastifyApplication;
let client: DocumentedClient;

beforeAll(async () => {
  api = await createCommandApi(
    testDependencies({
      clock: () => 1_700_000_000_500,
      verifier: {
        verify: (...question) => {
          asked.push(question);
          return verification();
        },
      },
      lastUsed: { record: (...use) => void used.push(use), pending: () => null },
    }),
  );
  client = await DocumentedClient.of(api);
});
afterAll(() => api.close());
beforeEach(() => {
  verification = () => ({ code: 'valid', key: KEY });
  asked.length = 0;
  used.length = 0;
});

const verify = (body: unknown, authorization = 'Bearer admin') =>
  client.request('POST', '/v1/api-keys/verify', { body, headers: { authorization } });

it('says all of a valid key and records its use', async () => {
  const answer = await verify({ key: 'secret', scopes: ['reports:read'] });
  expect([answer.status, answer.body]).toEqual([200, { valid: true, code: 'valid', ...SHOWN }]);
  expect(asked).toEqual([['secret', ['reports:read']]]);
  expect(used).toEqual([['org_a', KEY.keyId, 1_700_000_000]]);
});

it('answers the same where the directory first has to read', async () => {
  verification = () => Promise.resolve({ code: 'valid', key: KEY });
  expect((await verify({ key: 'secret' })).body).toEqual({ valid: true, code: 'valid', ...SHOWN });
});

it.each(['revoked', 'suspended', 'expired', 'insufficient_scope'] as const)(
  'says what a key is whose secret matched but that is %s, and records no use',
  async (code) => {
    verification = () => ({ code, key: KEY });
    expect((await verify({ key: 'secret' })).body).toEqual({ valid: false, code, ...SHOWN });
    expect(used).toEqual([]);
  },
);

it.each(['malformed', 'not_found'] as const)('says nothing but the code of a secret that is %s', async (code) => {
  verification = () => ({ code, key: null });
  expect((await verify({ key: 'secret' })).body).toEqual({ valid: false, code });
});

it('knows no key of another organization, except for the platform', async () => {
  expect((await verify({ key: 'secret' }, 'Bearer other')).body).toEqual({ valid: false, code: 'not_found' });
  expect(used).toEqual([]);
  expect((await verify({ key: 'secret' }, 'Bearer platform')).body).toMatchObject({ valid: true, org_id: 'org_a' });
});

it.each([
  ['nothing', undefined, 'key'],
  ['no key', {}, 'key'],
  ['a key that is no string', { key: 5 }, 'key'],
  ['scopes that are no list', { key: 'x', scopes: 'a' }, 'scopes'],
  ['scopes that are no strings', { key: 'x', scopes: [5] }, 'scopes'],
  ['null for scopes', { key: 'x', scopes: null }, 'scopes'],
  ['too many scopes', { key: 'x', scopes: Array.from({ length: 201 }, () => 'reports:read') }, 'scopes'],
  ['an unknown property', { key: 'x', scope: 'a' }, 'scope'],
  ['a list', [], 'body'],
])('answers 422 to %s', async (_, body, field) => {
  const answer = await verify(body);
  expect([answer.status, answer.body]).toMatchObject([
    422,
    { detail: { code: 'validation_failed', fields: [{ field }] } },
  ]);
});

it('answers 422 unknown_scope to a scope that nobody can hold', async () => {
  const answer = await verify({ key: 'x', scopes: ['reports:read', 'no:such'] });
  expect([answer.status, answer.body]).toMatchObject([422, { detail: { code: 'unknown_scope' } }]);
});

it.each([
  ['Bearer member', 401, 'unauthorized'],
  ['Bearer auditor', 401, 'unauthorized'],
  ['Bearer manager', 403, 'insufficient_scope'],
])('lets not everybody ask: %s', async (credential, status, code) => {
  const answer = await verify({ key: 'x' }, credential);
  expect([answer.status, answer.body]).toMatchObject([status, { detail: { code } }]);
});

it.each([
  [
    'at once',
    () => {
      throw new DirectoryUnavailable('stale');
    },
  ],
  ['after reading', () => Promise.reject(new DirectoryUnavailable('overloaded'))],
])('answers 503 when this node cannot know, %s', async (_, cannotKnow) => {
  verification = cannotKnow;
  const answer = await verify({ key: 'x' });
  expect([answer.status, answer.body]).toMatchObject([503, { detail: { code: 'event_store_unavailable' } }]);
  expect(answer.headers.get('retry-after')).toBe('1');
});
