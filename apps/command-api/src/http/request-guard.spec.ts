import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { CommandApiDependencies } from '../command-api-dependencies.js';
import { createCommandApi } from '../create-command-api.js';
import { testDependencies } from '../testing/test-dependencies.js';
import type { Denial } from './denial-recorder.js';
import { RequestRefused } from './request-refused.js';

const open: NestFastifyApplication[] = [];
const denials: Denial[] = [];

async function api(
  settings: Partial<CommandApiDependencies['settings']>,
  replaced: Partial<CommandApiDependencies> = {},
): Promise<
  (url: string, headers: Record<string, string>) => Promise<{ status: number; code?: string; after?: string }>
> {
  const defaults = testDependencies({ denials: { record: (denial) => void denials.push(denial) }, ...replaced });
  const application = await createCommandApi({ ...defaults, settings: { ...defaults.settings, ...settings } });
  open.push(application);
  return async (url, headers) => {
    const response = await application.inject({ url, headers });
    const { detail } = response.json<{ detail?: { code: string } }>();
    const after = response.headers['retry-after'];
    return {
      status: response.statusCode,
      ...(detail === undefined ? {} : { code: detail.code }),
      ...(typeof after === 'string' ? { after } : {}),
    };
  };
}

afterEach(async () => {
  denials.length = 0;
  await Promise.all(open.splice(0).map((application) => application.close()));
});

const as = (caller: string, more: Record<string, string> = {}) => ({ authorization: `Bearer ${caller}`, ...more });

it('limits each credential to twice the rate at once, ahead of its permission', async () => {
  const get = await api({ rateLimitRps: 1 });
  expect(await get('/v1/whoami', as('admin'))).toEqual({ status: 200 });
  expect(await get('/v1/api-keys', as('member'))).toMatchObject({ status: 401 });
  expect(await get('/v1/whoami', as('admin'))).toEqual({ status: 200 });
  expect(await get('/v1/whoami', as('admin'))).toEqual({ status: 429, code: 'rate_limited', after: '1' });
  expect(await get('/v1/whoami', as('member'))).toEqual({ status: 200 });
  expect(await get('/v1/whoami', as('member'))).toMatchObject({ status: 429 });
});

it('does not limit platform tokens', async () => {
  const get = await api({ rateLimitRps: 1 });
  for (let n = 0; n < 10; n++) expect(await get('/v1/whoami', as('platform'))).toEqual({ status: 200 });
});

it('limits wrong credentials per address, and still serves valid ones and counts no missing ones', async () => {
  const get = await api({ authFailuresPerMinute: 2, trustedProxies: ['127.0.0.1'] });
  const from = { 'x-forwarded-for': '192.0.2.7' };
  for (let n = 0; n < 5; n++) expect(await get('/v1/whoami', from)).toMatchObject({ status: 401 });
  for (let n = 0; n < 2; n++) expect(await get('/v1/whoami', as('wrong', from))).toMatchObject({ status: 401 });
  expect(await get('/v1/whoami', as('wrong', from))).toMatchObject({ status: 429, code: 'rate_limited' });
  expect(await get('/v1/whoami', as('admin', from))).toEqual({ status: 200 });
  expect(await get('/v1/whoami', as('wrong', { 'x-forwarded-for': '192.0.2.8' }))).toMatchObject({ status: 401 });
});

it('counts the addresses of one IPv6 network together', async () => {
  const get = await api({ authFailuresPerMinute: 2, trustedProxies: ['127.0.0.1'] });
  const wrongFrom = (address: string) => get('/v1/whoami', as('wrong', { 'x-forwarded-for': address }));
  for (const host of ['1', '2']) expect(await wrongFrom(`2001:db8:1:2::${host}`)).toMatchObject({ status: 401 });
  expect(await wrongFrom('2001:db8:1:2:ffff::3')).toMatchObject({ status: 429, code: 'rate_limited' });
  expect(await wrongFrom('2001:db8:1:3::1')).toMatchObject({ status: 401 });
});

it('passes on what the identity provider does, without counting it against the caller', async () => {
  const authenticate = () => Promise.reject(new RequestRefused('identity_provider_unavailable'));
  const get = await api({ authFailuresPerMinute: 1 }, { authenticate });
  for (let n = 0; n < 3; n++) {
    expect(await get('/v1/whoami', as('admin'))).toEqual({ status: 502, code: 'identity_provider_unavailable' });
  }
});

it('hands refusals of known callers on key and audit routes to the audit log, by template and valid id', async () => {
  const get = await api({});
  const id = 'ak_00000000000000000000';
  await get(`/v1/api-keys/${id}?q=secret`, as('plain', { 'user-agent': 'a'.repeat(600), 'x-request-id': 'r-1' }));
  await get('/v1/api-keys/something-else', as('member'));
  await get('/v1/system_audit_log', as('manager'));
  expect(denials).toMatchObject([
    {
      ...{ code: 'insufficient_scope', requiredScope: 'keys:manage', method: 'GET', route: '/v1/api-keys/:id' },
      ...{ targetId: id, requestId: 'r-1', ip: '127.0.0.1', userAgent: 'a'.repeat(512), caller: { type: 'api_key' } },
    },
    { code: 'unauthorized', requiredScope: null, targetId: null, caller: { role: 'member' } },
    { code: 'insufficient_scope', requiredScope: 'audit:read', route: '/v1/system_audit_log' },
  ]);
});

it('keeps refusals of strangers, of the platform and on other routes out of the audit log', async () => {
  const get = await api({});
  await get('/v1/api-keys', {});
  await get('/v1/api-keys', as('wrong'));
  await get('/v1/api-keys', as('platform'));
  await get('/metrics', as('admin'));
  expect(denials).toEqual([]);
});
