import { createServer, type Socket } from 'node:net';
import { base64url, exportSPKI, importJWK, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';
import { SILENT } from '#libs/observability';
import { eventually } from '#libs/testing';
import { IdentityProvider } from '../testing/identity-provider.js';
import { IdentityProviderUnavailable, InvalidToken, UserNotProvisioned } from './jwt-errors.js';
import { JwtVerifier, type OidcOptions } from './jwt-verifier.js';

let provider: IdentityProvider;
const time = { monotonic: 0 };

beforeEach(async () => {
  time.monotonic = 0;
  provider = await IdentityProvider.start();
});
afterEach(() => provider.goDown());

function verifier(options: Partial<OidcOptions> = {}): JwtVerifier {
  return JwtVerifier.ofOidcIssuer({
    ...{ issuer: provider.issuer, audience: 'keyledger-api', logger: SILENT, ...options },
    ...{ now: () => Date.now(), monotonic: () => time.monotonic },
  });
}

const keyFetches = () => provider.requests.filter((path) => path === '/keys').length;

it('says who a good token speaks for, with keys found by discovery and fetched once', async () => {
  const jwt = verifier();
  const expected = {
    ...{ type: 'user', id: 'user_1', issuer: provider.issuer, orgId: 'org_a', orgSlug: 'acme', role: 'admin' },
    name: 'Ada',
  };
  expect(await jwt.verify(await provider.token())).toEqual(expected);
  expect(await jwt.verify(await provider.token({ aud: ['other', 'keyledger-api'] }))).toEqual(expected);
  expect(provider.requests).toEqual(['/.well-known/openid-configuration', '/keys']);
});

it('asks no discovery document where the keys are when it was told', async () => {
  await verifier({ jwksUrl: provider.jwksUrl }).verify(await provider.token());
  expect(provider.requests).toEqual(['/keys']);
});

it.each(['RS256', 'PS384', 'ES512', 'EdDSA'])('takes %s', async (alg) => {
  await provider.rotate({ alg });
  expect((await verifier().verify(await provider.token())).id).toBe('user_1');
});

it('tries each of several keys where the token names none', async () => {
  await provider.rotate({ publishesKid: false });
  await provider.rotate({ publishesKid: false, keepOld: true });
  expect((await verifier().verify(await provider.token({}, { kid: undefined }))).id).toBe('user_1');
});

it('reads the claims that it was told to read', async () => {
  const claims = { subject: 'uid', orgId: 'https://id.example/org', role: 'level', orgSlug: 'slug', name: 'nick' };
  const token = await provider.token({
    uid: 'u9',
    'https://id.example/org': 'o9',
    level: 'auditor',
    slug: 's',
    nick: 'N',
  });
  expect(await verifier({ claims }).verify(token)).toMatchObject({
    ...{ id: 'u9', orgId: 'o9', role: 'auditor', orgSlug: 's', name: 'N' },
  });
});

it('leaves out a name that cannot be stored, and cuts a long one', async () => {
  const jwt = verifier();
  expect(await jwt.verify(await provider.token({ name: 'a\u0000b', org_slug: 7 }))).toMatchObject({
    name: null,
    orgSlug: null,
  });
  expect((await jwt.verify(await provider.token({ name: '😀'.repeat(300) }))).name).toBe('😀'.repeat(200));
});

const seconds = () => Math.floor(Date.now() / 1_000);

it.each<[string, () => JWTPayload]>([
  ['expired', () => ({ exp: seconds() - 6 })],
  ['without an end', () => ({ exp: undefined })],
  ['not valid yet', () => ({ nbf: seconds() + 60 })],
  ['of another issuer', () => ({ iss: 'https://evil.example' })],
  ['for another audience', () => ({ aud: 'other' })],
  ['without an audience', () => ({ aud: undefined })],
  ['without an organization', () => ({ org_id: undefined })],
  ['with an empty organization', () => ({ org_id: '' })],
  ['with an organization of 129 characters', () => ({ org_id: 'o'.repeat(129) })],
  ['with a space in the organization', () => ({ org_id: 'org a' })],
  ['with an organization that is no text', () => ({ org_id: 7 })],
  ['with an unknown role', () => ({ org_role: 'owner' })],
  ['without a role', () => ({ org_role: undefined })],
  ['with a subject that cannot be stored', () => ({ sub: 'a\u0000' })],
])('refuses a token %s', async (_, claims) => {
  await expect(verifier().verify(await provider.token(claims()))).rejects.toBeInstanceOf(InvalidToken);
});

it('takes a token that ended within the clock tolerance', async () => {
  expect((await verifier().verify(await provider.token({ exp: seconds() - 3 }))).id).toBe('user_1');
});

it.each([[undefined], [''], ['  '], [7]])('knows nobody to act for when the subject is %p', async (sub) => {
  const token = await provider.token({ sub: sub as string });
  await expect(verifier().verify(token)).rejects.toBeInstanceOf(UserNotProvisioned);
});

it('refuses a token of nobody that is not valid otherwise as invalid', async () => {
  const token = await provider.token({ sub: undefined, org_role: 'owner' });
  await expect(verifier().verify(token)).rejects.toBeInstanceOf(InvalidToken);
});

it('refuses alg none, and a symmetric signature with the public key', async () => {
  await provider.rotate({ alg: 'RS256' });
  const jwt = verifier();
  const good = await provider.token();
  const [header = '', payload = '', signature = ''] = good.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as JWTPayload;
  const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
  const publicKey = await importJWK(provider.publicJwk, 'RS256', { extractable: true });
  if (publicKey instanceof Uint8Array) throw new Error('an RSA key was expected');
  const pem = Buffer.from(await exportSPKI(publicKey));
  const forged = [
    new UnsecuredJWT(claims).encode(),
    `${base64url.encode(JSON.stringify({ alg: 'none', kid }))}.${payload}.`,
    `${base64url.encode(JSON.stringify({ alg: 'none', kid }))}.${payload}.${signature}`,
    await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid }).sign(pem),
    await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid })
      .sign(Buffer.from(JSON.stringify(provider.publicJwk))),
    `${header}.${base64url.encode(JSON.stringify({ ...claims, org_role: 'member' }))}.${signature}`,
    `${header}.${payload}.${signature.slice(0, -4)}AAAA`,
    `${header}.${payload}`,
    `${good}.${good}`,
    '',
    'x',
    '..',
    '😀.😀.😀',
  ];
  for (const token of forged) await expect(jwt.verify(token)).rejects.toBeInstanceOf(InvalidToken);
});

it('finds the new key after a rotation at once, even right after a fetch', async () => {
  const jwt = verifier();
  await jwt.verify(await provider.token());
  const old = await provider.token();
  await provider.rotate();
  const tokens = await Promise.all(Array.from({ length: 20 }, () => provider.token()));
  expect((await Promise.all(tokens.map((token) => jwt.verify(token)))).map(({ id }) => id)).toEqual(
    tokens.map(() => 'user_1'),
  );
  expect(keyFetches()).toBe(2);
  await expect(jwt.verify(old)).rejects.toBeInstanceOf(InvalidToken);
});

it('lets made-up key ids cost the provider only so many requests', async () => {
  const jwt = verifier();
  await jwt.verify(await provider.token());
  for (let forged = 0; forged < 20; forged++) {
    const token = await provider.token({}, { kid: `made-up-${forged}` });
    await expect(jwt.verify(token)).rejects.toBeInstanceOf(InvalidToken);
  }
  expect(keyFetches()).toBe(6);
  await provider.rotate();
  await expect(jwt.verify(await provider.token())).rejects.toBeInstanceOf(InvalidToken);
  time.monotonic += 10_000;
  expect((await jwt.verify(await provider.token())).id).toBe('user_1');
});

it('goes on with the keys that it has while the provider is down, however long', async () => {
  const jwt = verifier();
  await jwt.verify(await provider.token());
  await provider.goDown();
  for (let hours = 1; hours <= 48; hours += 12) {
    time.monotonic = hours * 3_600_000;
    expect((await jwt.verify(await provider.token())).id).toBe('user_1');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});

it('drops a key that the provider took away, at the next refresh', async () => {
  const jwt = verifier();
  // Each its own token: one that was verified a moment ago is believed for a while.
  const [first, second, third] = [
    await provider.token({ jti: '1' }),
    await provider.token({ jti: '2' }),
    await provider.token({ jti: '3' }),
  ];
  await jwt.verify(first);
  await provider.rotate();
  time.monotonic = 600_001;
  expect((await jwt.verify(second)).id).toBe('user_1');
  await eventually('the second fetch', () => keyFetches() === 2 || null);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await expect(jwt.verify(third)).rejects.toBeInstanceOf(InvalidToken);
});

it('does not know while the provider was never reached, and recovers by itself', async () => {
  const jwt = verifier();
  const token = await provider.token();
  await provider.goDown();
  await expect(jwt.verify(token)).rejects.toBeInstanceOf(IdentityProviderUnavailable);
  await provider.listen();
  await expect(jwt.verify(token)).rejects.toBeInstanceOf(IdentityProviderUnavailable);
  expect(provider.requests).toEqual([]);
  time.monotonic += 1_000;
  expect((await jwt.verify(token)).id).toBe('user_1');
});

it('refuses a token that is bad in itself while the provider is down, without asking it', async () => {
  const jwt = verifier();
  const bad = [await provider.token({ exp: seconds() - 60 }), await provider.token({ aud: 'other' }), 'nonsense'];
  await provider.goDown();
  for (const token of bad) await expect(jwt.verify(token)).rejects.toBeInstanceOf(InvalidToken);
});

it('does not know of an unknown key id while the provider is down', async () => {
  const jwt = verifier();
  await jwt.verify(await provider.token());
  await provider.goDown();
  await provider.rotate();
  await expect(jwt.verify(await provider.token())).rejects.toBeInstanceOf(IdentityProviderUnavailable);
});

it.each<[string, (broken: IdentityProvider) => void]>([
  ['a key set that is no key set', (broken) => (broken.keySetAnswer = { status: 200, body: '{"keys":7}' })],
  ['a key set that is no JSON', (broken) => (broken.keySetAnswer = { status: 200, body: '<html>' })],
  [
    'a key set that is too long',
    (broken) => (broken.keySetAnswer = { status: 200, body: ' '.repeat(1_100_000) + '{"keys":[]}' }),
  ],
  ['an error instead of a key set', (broken) => (broken.keySetAnswer = { status: 500, body: '{}' })],
  ['a discovery document of another issuer', (broken) => (broken.discovery = { issuer: 'https://other.example' })],
  ['a discovery document without jwks_uri', (broken) => (broken.discovery = { jwks_uri: undefined })],
  ['keys that are not on https', (broken) => (broken.discovery = { jwks_uri: 'http://keys.example/' })],
])('calls a provider with %s unavailable', async (_, breakIt) => {
  const token = await provider.token();
  breakIt(provider);
  await expect(verifier().verify(token)).rejects.toBeInstanceOf(IdentityProviderUnavailable);
});

it('calls a provider that accepts connections and says nothing unavailable', async () => {
  const connections: Socket[] = [];
  const mute = createServer((connection) => void connections.push(connection.on('error', () => undefined)));
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  const address = mute.address();
  if (address === null || typeof address === 'string') throw new Error('a port was expected');
  const jwt = verifier({ jwksUrl: `http://127.0.0.1:${address.port}/`, deadlineMs: 50 });
  await expect(jwt.verify(await provider.token())).rejects.toBeInstanceOf(IdentityProviderUnavailable);
  connections.forEach((connection) => connection.destroy());
  await new Promise((resolve) => mute.close(resolve));
});

it.each(['http://id.example', 'ftp://127.0.0.1', 'nonsense', ''])('does not start with the issuer %p', (issuer) => {
  expect(() => verifier({ issuer })).toThrow('OIDC_ISSUER must be an https URL');
});

it('does not start with keys that are not on https', () => {
  expect(() => verifier({ jwksUrl: 'http://keys.example' })).toThrow('OIDC_JWKS_URL must be an https URL');
});
