import { setTimeout as delay } from 'node:timers/promises';
import { auditStream } from '#libs/domain';
import { RunningApi } from '../testing/running-api.js';
import { organizationDigest } from './audit-trail.js';

let api: RunningApi;
beforeAll(async () => {
  api = await RunningApi.start();
});
afterAll(() => api.stop());

interface Entry {
  readonly data: { readonly code: string; readonly count: number };
  readonly target_id: string | null;
}

/** The denials of one actor, once there are so many; they are to be there within 2 s, and a busy machine gets more. */
async function denialsOf(actor: string, count: number): Promise<readonly Entry[]> {
  for (let attempt = 0; ; attempt++) {
    const path = `/v1/system_audit_log?event_types=access_denied&actor_id=${actor}&limit=500`;
    const { body } = await api.call(api.credentials.admin, 'GET', path);
    const entries = body['data'] as readonly Entry[];
    if (entries.length >= count || attempt === 100) return entries;
    await delay(50);
  }
}

it.each([
  ['GET', '/v1/api-keys', undefined, 'keys:manage'],
  ['PATCH', '/v1/api-keys/ID', { name: 'x' }, 'keys:manage'],
  ['POST', '/v1/api-keys/ID/rotate', {}, 'keys:manage'],
  ['GET', '/v1/api-keys/ID/history', undefined, 'keys:manage'],
  ['POST', '/v1/api-keys/verify', { key: 'x' }, 'keys:verify'],
  ['GET', '/v1/system_audit_log/export', undefined, 'audit:read'],
  ['POST', '/v1/system_audit_log/export_ack', { row_count: 1 }, 'audit:read'],
])('records that a key lacked the scope of %s %s', async (method, template, body, scope) => {
  const [caller, target] = [await api.key({ access: 'scoped' }), await api.key()];
  await api.call(caller.secret, method, template.replace('ID', target.id), body, { 'x-request-id': 'denied-1' });
  expect(await denialsOf(caller.id, 1)).toMatchObject([
    {
      ...{ event_group: 'access', activity_type: 'access', actor: { type: 'api_key', id: caller.id } },
      data: { code: 'insufficient_scope', required_scope: scope, count: 1, method },
      target_id: template.includes('audit') ? 'org_a' : template.includes('ID') ? target.id : null,
      context: { request_id: 'denied-1', ip: '127.0.0.1' },
    },
  ]);
});

it('records what a key may not grant, and a role that may not', async () => {
  const { id, secret } = await api.key({ access: 'scoped', scopes: ['keys:manage'] });
  const target = await api.key();
  await api.call(secret, 'POST', '/v1/api-keys', { name: 'x', scopes: ['audit:read'] });
  await api.call(secret, 'POST', `/v1/api-keys/${target.id}/rotate`);
  const granted = await denialsOf(id, 2);
  expect(granted.map(({ data, target_id }) => [data.code, target_id])).toEqual([
    ['scope_grant_forbidden', target.id],
    ['scope_grant_forbidden', null],
  ]);
  await api.call(api.credentials.member, 'DELETE', `/v1/api-keys/${target.id}`);
  await api.call(api.credentials.auditor, 'POST', `/v1/api-keys/${target.id}/revoke`);
  for (const role of ['member', 'auditor']) {
    expect(await denialsOf(`user_${role}`, 1)).toMatchObject([
      { data: { code: 'unauthorized' }, target_id: target.id },
    ]);
  }
});

it('records no strangers, no platform, and nothing of routes that are about neither keys nor the audit log', async () => {
  const { id, secret } = await api.key({ access: 'scoped' });
  await api.call('nonsense', 'GET', '/v1/api-keys');
  await api.call(api.credentials.platform, 'GET', '/v1/api-keys');
  await api.call(secret, 'GET', '/metrics');
  await api.call(secret, 'GET', '/v1/api-keys');
  expect(await denialsOf(id, 1)).toHaveLength(1);
  const { body } = await api.call(
    api.credentials.admin,
    'GET',
    '/v1/system_audit_log?event_types=access_denied&limit=500',
  );
  const types = (body['data'] as { actor: { type: string } }[]).map(({ actor }) => actor.type);
  expect(new Set(types)).toEqual(new Set(['api_key', 'user']));
});

it('sums up what goes beyond ten a minute, at the latest when it stops', async () => {
  const own = await RunningApi.start();
  let counts: readonly number[] = [];
  try {
    const { secret } = await own.key({ access: 'scoped' });
    for (let n = 0; n < 25; n++) await own.call(secret, 'GET', '/v1/api-keys');
    await own.stopApi();
    const events = await own.eventStore.readStream(auditStream(organizationDigest('org_a')));
    counts = events.map(({ data }) => Number(data['count']));
  } finally {
    await own.stop();
  }
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(25);
  // The minute may have turned once meanwhile.
  expect(counts.length).toBeLessThanOrEqual(22);
  expect(Math.max(...counts)).toBeGreaterThan(1);
});
