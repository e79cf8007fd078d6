import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiClient, StartedSystem, eventually, type ApiAnswer } from '#libs/testing';
import { expectBooksAgree } from './testing/expect-books-agree.js';
import { postmasterOf } from './testing/postmaster.js';
import { readBooks } from './testing/read-books.js';

const OUTAGES: readonly unknown[] = ['event_store_unavailable', 'database_unavailable'];

let system: StartedSystem;

beforeAll(async () => {
  // An append that was under way takes 5 s to be given up; what is held must still be fresh when that is answered.
  system = await StartedSystem.start({ env: { RATE_LIMIT_RPS: '0', DIRECTORY_STALE_AFTER_MS: '12000' } });
});
afterAll(() => system.dispose());

it('answers 503 while Postgres is dead, verifies what it knows for a while, and recovers by itself', async () => {
  const secret = (await admin().post('/v1/api-keys', { name: 'held' })).body['secret'];
  await expect(verify(secret)).resolves.toMatchObject({ status: 200, body: { valid: true } });
  const { pid } = system;
  const cluster = join(system.dataDir, 'postgres', 'data');
  const postgres = await postmasterOf(system.dataDir);
  // Without its files it cannot be started again, so that the outage lasts for as long as the test needs it.
  await rename(cluster, `${cluster}.away`);
  process.kill(postgres, 'SIGKILL');

  await expectOutage('a write', () => create());
  await expect(verify(secret)).resolves.toMatchObject({ status: 200, body: { valid: true } });
  await expectOutage('a read', () => admin().get('/v1/api-keys'));
  await expectOutage('a verification past the bound', () => verify(secret));
  await expectOutage('an authentication past the bound', () => admin().as(String(secret)).get('/v1/whoami'));
  expect((await admin().get('/readyz')).status).toBe(503);
  expect((await admin().get('/healthz')).status).toBe(200);

  await rename(`${cluster}.away`, cluster);
  await eventually('readiness', async () => ((await admin().get('/readyz')).status === 200 ? true : null));
  expect(system.pid).toBe(pid);
  await expect(verify(secret)).resolves.toMatchObject({ status: 200, body: { valid: true } });
  const created = await eventually('the write', async () => {
    const answer = await create();
    return answer.status === 201 ? answer : null;
  });
  const books = await readBooks(admin(), created.headers.get('x-log-position'));
  expectBooksAgree(books);
  expect(books.keys.filter(({ name }) => name === 'during the outage')).toHaveLength(1);
});

/** A request may still be answered by what is under way; from some moment on it is refused, and says when to ask again. */
async function expectOutage(what: string, send: () => Promise<ApiAnswer>): Promise<void> {
  const refused = await eventually(`503 for ${what}`, async () => {
    const answer = await send();
    if (answer.status >= 500) expect(answer.status).toBe(503);
    return answer.status === 503 ? answer : null;
  });
  expect(OUTAGES).toContain(detail(refused)['code']);
  expect(refused.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
}

function detail({ body }: ApiAnswer): Readonly<Record<string, unknown>> {
  return body['detail'] as Readonly<Record<string, unknown>>;
}

function create(): Promise<ApiAnswer> {
  return admin().post('/v1/api-keys', { name: 'during the outage' }, { 'idempotency-key': 'outage-1' });
}

function verify(key: unknown): Promise<ApiAnswer> {
  return admin().post('/v1/api-keys/verify', { key });
}

function admin(): ApiClient {
  return new ApiClient(system.url, system.session.admin_token);
}
