import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedIssuer } from '#libs/auth';
import { rawRequest } from '../testing/raw-request.js';
import { RunningApi, type TestKey } from '../testing/running-api.js';

let api: RunningApi;
let directory: string;
let stranger: EmbeddedIssuer;
let key: TestKey;
beforeAll(async () => {
  api = await RunningApi.start();
  directory = await mkdtemp(join(tmpdir(), 'keyledger-stranger-'));
  stranger = await EmbeddedIssuer.open(directory);
  key = await api.key({ scopes: ['keys:manage'] });
});
afterAll(async () => {
  await api.stop();
  await rm(directory, { recursive: true, force: true });
});

const ADMIN = { org: 'org_a', user: 'user_admin', role: 'admin' };
const whoami = (headers: Record<string, string>) => api.call(null, 'GET', '/v1/whoami', undefined, headers);
const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

async function unsigned(header: object, signature = ''): Promise<string> {
  const [, claims] = (await api.issuer.sign(ADMIN)).split('.');
  return `${encoded(header)}.${claims}.${signature}`;
}

it.each<[string, () => Promise<string>]>([
  ['signed by somebody else', () => stranger.sign(ADMIN)],
  ['expired', () => api.issuer.sign({ ...ADMIN, expiresInSeconds: -1 })],
  ['for another audience', () => api.issuer.sign({ ...ADMIN, audience: 'another' })],
  ['of another issuer', () => api.issuer.sign({ ...ADMIN, issuer: 'https://another.test' })],
  ['of an unknown role', () => api.issuer.sign({ ...ADMIN, role: 'owner' })],
  ['without an organization', () => api.issuer.sign({ ...ADMIN, org: '' })],
  ['of an organization with a blank', () => api.issuer.sign({ ...ADMIN, org: 'org a' })],
  ['of an organization of 129 characters', () => api.issuer.sign({ ...ADMIN, org: 'o'.repeat(129) })],
  ['of algorithm none', () => unsigned({ alg: 'none', typ: 'JWT' })],
  ['of algorithm NONE with a signature', () => unsigned({ alg: 'NONE' }, 'AAAA')],
  ['of a symmetric algorithm', () => unsigned({ alg: 'HS256', typ: 'JWT' }, 'AAAA')],
  ['without its signature', async () => (await api.issuer.sign(ADMIN)).split('.').slice(0, 2).join('.')],
  [
    'with other claims',
    async () => {
      const [header, , signature] = (await api.issuer.sign(ADMIN)).split('.');
      const [, claims] = (await stranger.sign({ ...ADMIN, org: 'org_b' })).split('.');
      return [header, claims, signature].join('.');
    },
  ],
  ['no token at all', () => Promise.resolve('nonsense')],
  ['dots', () => Promise.resolve('..')],
  ['a platform token that was made up', () => Promise.resolve(`plt_${'x'.repeat(43)}`)],
])('answers 401 unauthorized to a token that is %s, and the same to all', async (_, make) => {
  const answer = await whoami({ authorization: `Bearer ${await make()}` });
  expect([answer.status, answer.body]).toMatchObject([
    ...[401, { detail: { code: 'unauthorized', message: 'Unauthorized role.' } }],
  ]);
  expect(answer.headers.get('www-authenticate')).toBe('Bearer');
});

it('answers 403 user_not_provisioned to a token without a subject', async () => {
  const token = await api.issuer.sign({ ...ADMIN, noSub: true });
  expect(await whoami({ authorization: `Bearer ${token}` })).toMatchObject({
    ...{ status: 403, code: 'user_not_provisioned' },
  });
});

it('answers 401 invalid_api_key to every key that is no good, by either header', async () => {
  const expired = await api.key({ seconds_until_expiration: 1 });
  const bad = ['ak_', 'ak_live_x', `${key.secret}x`, key.secret.replace(/.$/, (last) => (last === '0' ? '1' : '0'))];
  for (const action of ['suspend', 'revoke']) {
    const { id, secret } = await api.key();
    await api.call(api.credentials.admin, 'POST', `/v1/api-keys/${id}/${action}`);
    bad.push(secret);
  }
  while ((await whoami({ 'x-api-key': expired.secret })).status === 200) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  for (const secret of [...bad, expired.secret]) {
    for (const headers of [{ 'x-api-key': secret }, { authorization: `Bearer ${secret}` }] as Record<
      string,
      string
    >[]) {
      const answer = await whoami(headers);
      expect([answer.status, answer.body]).toMatchObject([
        ...[401, { detail: { code: 'invalid_api_key', message: 'Invalid or expired API key.' } }],
      ]);
    }
  }
  for (const other of [api.credentials.admin, api.credentials.platform, 'nonsense']) {
    expect(await whoami({ 'x-api-key': other })).toMatchObject({ status: 401, code: 'invalid_api_key' });
  }
});

it('takes the scheme in any case and blanks around the credential', async () => {
  for (const authorization of ['bearer', 'BEARER', 'BeArEr'].map((scheme) => `${scheme}  ${key.secret} `)) {
    expect((await whoami({ authorization })).body).toMatchObject({ caller: { type: 'api_key', id: key.id } });
  }
  expect((await whoami({ 'x-api-key': `  ${key.secret} ` })).status).toBe(200);
  for (const authorization of ['Bearer', 'Bearer ', key.secret, `Basic ${key.secret}`, `Bearer ${key.secret} x`]) {
    expect((await whoami({ authorization })).status).toBe(401);
  }
});

it('answers 400 to two credentials, unless they are the same one', async () => {
  const { admin, platform } = api.credentials;
  for (const token of [admin, platform, 'nonsense', (await api.key()).secret]) {
    const answer = await whoami({ authorization: `Bearer ${token}`, 'x-api-key': key.secret });
    expect(answer).toMatchObject({ status: 400, code: 'ambiguous_credentials' });
  }
  expect((await whoami({ authorization: `Bearer ${key.secret}`, 'x-api-key': key.secret })).status).toBe(200);
  const lines = [`Bearer ${admin}`, `Bearer ${platform}`].map((value) => `authorization: ${value}\r\n`).join('');
  const repeated = await rawRequest(api.url, `GET /v1/whoami HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${lines}\r\n`);
  expect([repeated.status, repeated.text]).toEqual([400, expect.stringContaining('ambiguous_credentials')]);
  const keys = [key.secret, (await api.key()).secret].map((value) => `x-api-key: ${value}\r\n`).join('');
  const twoKeys = await rawRequest(api.url, `GET /v1/whoami HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${keys}\r\n`);
  expect([twoKeys.status, twoKeys.text]).toEqual([400, expect.stringContaining('ambiguous_credentials')]);
});

it('says who each caller is', async () => {
  const { admin, platform } = api.credentials;
  const body = async (credential: string) => (await api.call(credential, 'GET', '/v1/whoami')).body;
  expect(await body(admin)).toEqual({
    ...{ caller: { type: 'user', id: 'user_admin', role: 'admin' }, org_id: 'org_a', client_ip: '127.0.0.1' },
  });
  expect(await body(platform)).toMatchObject({ caller: { type: 'platform' }, org_id: null });
  expect(await body(key.secret)).toMatchObject({
    caller: { type: 'api_key', id: key.id, scopes: ['keys:manage'], access: 'full' },
  });
});
