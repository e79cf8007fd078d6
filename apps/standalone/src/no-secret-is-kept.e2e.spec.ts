import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiClient, StartedSystem } from '#libs/testing';
import { dumpEverything } from './testing/dump-everything.js';

const HEADER = 'a-header-that-nobody-may-find';
const NAME = 'a name that everybody may find';

let system: StartedSystem;

beforeAll(async () => {
  system = await StartedSystem.start({ first: true, env: { LOG_LEVEL: 'debug' } });
});
afterAll(() => system.dispose());

it('keeps no secret in the database, its files or the log, after every kind of call', async () => {
  const { admin_token, platform_token } = system.session;
  const admin = new ApiClient(system.url, admin_token);
  const idempotent = (call: string) => ({ 'idempotency-key': `${HEADER}-${call}` });

  const created = await admin.post(
    '/v1/api-keys',
    { name: NAME, scopes: ['keys:manage', 'keys:verify'] },
    idempotent('create'),
  );
  const secret = String(created.body['secret']);
  const key = admin.as(secret);
  const replayed = await admin.post(
    '/v1/api-keys',
    { name: NAME, scopes: ['keys:manage', 'keys:verify'] },
    idempotent('create'),
  );
  expect(replayed.text).toBe(created.text);
  const position = created.headers.get('x-log-position') ?? '';
  const own = await key.post(`/v1/api-keys/${String(created.body['id'])}/rotate`, {}, idempotent('rotate'));
  const rotated = String(own.body['secret']);
  const plain = String((await admin.post('/v1/api-keys', { name: 'without the header' })).body['secret']);
  const id = String(own.body['id']);
  expect([created.status, own.status]).toEqual([201, 200]);

  // Secrets where they do not belong, by clients that are confused: refused, and not written down either.
  await admin.request('PATCH', `/v1/api-keys/${id}`, {
    body: { description: 'changed' },
    headers: idempotent('patch'),
  });
  await admin.post(`/v1/api-keys/${rotated}/revoke`, {}, idempotent('in-path'));
  await admin.get(`/v1/api-keys/${plain}`);
  await admin.get(`/v1/api-keys?cursor=${plain}`);
  await admin.get(`/v1/api-keys?${plain}=1`, { 'x-request-id': 'a-request', 'x-min-log-position': plain });
  await admin.post('/v1/api-keys', { [plain]: plain }, idempotent('in-body'));
  await admin.as(`${rotated}x`).get('/v1/whoami');
  await admin.as(null).get('/v1/whoami', { 'x-api-key': plain });
  await key.get('/v1/system_audit_log');
  for (const client of [admin, admin.as(rotated), admin.as(platform_token)]) {
    await client.post('/v1/api-keys/verify', { key: plain, scopes: [] }, idempotent('verify'));
    await client.get('/v1/whoami');
  }
  for (const call of ['suspend', 'reactivate', 'revoke']) {
    expect((await admin.post(`/v1/api-keys/${id}/${call}`, { reason: 'tour' }, idempotent(call))).status).toBe(200);
  }
  for (const path of [
    `/v1/api-keys/${id}`,
    `/v1/api-keys/${id}/history`,
    '/v1/system_audit_log',
    '/v1/scopes',
    '/metrics',
  ]) {
    await admin.get(path, { 'x-min-log-position': position });
  }
  const endpoint = { url: 'https://hooks.nowhere.invalid/', events: ['api_key.created'] };
  const hook = await admin.post('/v1/webhooks', endpoint, idempotent('hook'));
  const at = `/v1/webhooks/${String(hook.body['id'])}`;
  const newHook = await admin.post(`${at}/rotate-secret`, {}, idempotent('hook-rotate'));
  expect([hook.status, newHook.status]).toEqual([201, 200]);
  const signing = [hook, newHook].map(({ body }) => String(body['secret']));
  for (const leaked of signing) {
    await admin.request('PATCH', at, {
      body: { description: `leaked: ${leaked}` },
      headers: idempotent(leaked.slice(6, 9)),
    });
    await admin.request('PATCH', at, { body: { [leaked]: leaked }, headers: {} });
    await admin.post(`/v1/webhooks/${encodeURIComponent(leaked)}/pause`, {});
    await admin.post(`${at}/test`, { event_type: leaked }, idempotent('hook-test'));
  }
  await admin.post(`${at}/test`, { event_type: 'job.failed' });
  await admin.get(`${at}/deliveries`);
  await admin.get('/v1/system_audit_log/export?format=ndjson');
  await admin.post('/v1/system_audit_log/export_ack', { row_count: 1 }, idempotent('ack'));
  await admin.request('DELETE', `/v1/api-keys/${id}`, { headers: idempotent('delete') });
  // Stopped, so that what was only in memory is written; started for its Postgres to be read.
  await system.kill('SIGTERM');
  await system.launch();

  const dump = await dumpEverything(system.dataDir);
  // What is looked for below would be found: both database and log are in it.
  expect([NAME, '"route":"/v1/api-keys/:id/rotate"'].map((text) => dump.includes(text))).toEqual([true, true]);
  const { peppers, position_key } = JSON.parse(await readFile(join(system.dataDir, 'keyring.json'), 'utf8')) as Keys;
  const keys = [...Object.values(peppers), position_key];
  const planted: Record<string, readonly string[]> = {
    'a key': [secret, rotated, plain].flatMap((text) => [text, text.slice(28, 71)]),
    'a platform token': [platform_token],
    'a token of a person': [admin_token, ...admin_token.split('.').slice(1)],
    'a signing secret': signing.map((text) => text.slice(6)).flatMap(inEverySpelling),
    'an Idempotency-Key': [HEADER],
    'a pepper or position key': keys.flatMap(inEverySpelling),
    'a log position': [position],
  };
  for (const [what, texts] of Object.entries(planted)) {
    expect({ what, found: texts.filter((text) => dump.includes(text)).length }).toEqual({ what, found: 0 });
  }
});

interface Keys {
  readonly peppers: Readonly<Record<string, string>>;
  readonly position_key: string;
}

function inEverySpelling(base64: string): readonly string[] {
  const bytes = Buffer.from(base64, 'base64');
  return [base64, bytes.toString('hex'), bytes.toString('latin1')];
}
