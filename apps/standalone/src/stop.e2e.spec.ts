import { ApiClient, StartedSystem, eventually } from '#libs/testing';
import { isAlive, postmasterOf } from './testing/postmaster.js';
import { RawRequest } from './testing/raw-request.js';
import { readBooks } from './testing/read-books.js';

/** 8 kB as UTF-8, so that a log of some hundred of them does not fit into the buffers of a connection. */
const LONG = '😀'.repeat(2_000);
const MANY = 1_000;

let system: StartedSystem;

beforeAll(async () => {
  system = await StartedSystem.start({ env: { RATE_LIMIT_RPS: '0' } });
});
afterAll(() => system.dispose());

it('answers the requests that it holds before it goes', async () => {
  const body = JSON.stringify({ name: 'sent in two halves' });
  const request = await RawRequest.open(system.url, [
    'POST /v1/api-keys HTTP/1.1',
    `authorization: Bearer ${system.session.admin_token}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
  ]);
  request.send(body.slice(0, 10));
  const others = Array.from({ length: 30 }, (_, index) => admin().post('/v1/api-keys', { name: `in flight ${index}` }));
  await Promise.any(others);
  const stopped = stop();
  request.send(body.slice(10));

  expect(await request.toItsEnd()).toMatch(/^HTTP\/1\.1 201 /);
  await stopped;
  const answered = (await Promise.allSettled(others)).filter((other) => other.status === 'fulfilled');
  expect(answered.map(({ value }) => value.status)).toEqual(answered.map(() => 201));

  await system.launch();
  const last = await admin().post('/v1/api-keys', { name: 'afterwards' });
  const { keys } = await readBooks(admin(), last.headers.get('x-log-position'));
  expect(keys.map(({ id }) => id)).toEqual(expect.arrayContaining(answered.map(({ value }) => value.body['id'])));
  expect(keys.filter(({ name }) => name === 'sent in two halves')).toHaveLength(1);
});

it('cuts off a client that does not take its export, in time to record that', async () => {
  for (let made = 0; made < MANY; made += 50) {
    const batch = Array.from({ length: 50 }, () => admin().post('/v1/api-keys', { name: 'long', description: LONG }));
    expect((await Promise.all(batch)).map(({ status }) => status)).toEqual(batch.map(() => 201));
  }
  const stalled = await RawRequest.open(system.url, [
    'GET /v1/system_audit_log/export?format=ndjson HTTP/1.1',
    `authorization: Bearer ${system.session.admin_token}`,
  ]);
  stalled.stallAtFirstByte();
  await eventually('the head of the export', async () => (stalled.received === '' ? null : true));
  await stop();

  await system.launch();
  const entries = await eventually('the entry of the export', async () => {
    const { body } = await admin().get('/v1/system_audit_log?event_types=audit_log_exported');
    const found: unknown = body['data'];
    return Array.isArray(found) && found.length > 0 ? { found } : null;
  });
  expect(entries).toMatchObject({ found: [{ data: { completed: false } }] });
});

it('finishes an export that is being read', async () => {
  const exporting = await RawRequest.open(system.url, [
    'GET /v1/system_audit_log/export?format=ndjson HTTP/1.1',
    `authorization: Bearer ${system.session.admin_token}`,
  ]);
  await eventually('the head of the export', async () => (exporting.received === '' ? null : true));
  await stop();
  const text = await exporting.toItsEnd();
  expect(text.endsWith('\r\n0\r\n\r\n')).toBe(true);
  expect(text.match(/"event_type":"api_key\.created"/g)?.length).toBeGreaterThanOrEqual(MANY);
});

/** In order and in time: the product cuts itself short after 9 s, and exits 1 then. */
async function stop(): Promise<void> {
  const postgres = await postmasterOf(system.dataDir);
  await expect(system.kill('SIGTERM')).resolves.toBe(0);
  await eventually('the end of Postgres', async () => (isAlive(postgres) ? null : true));
}

function admin(): ApiClient {
  return new ApiClient(system.url, system.session.admin_token);
}
