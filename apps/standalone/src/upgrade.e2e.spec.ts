import { ApiClient, eventually, StartedSystem, storesOf } from '#libs/testing';
import { CrashClient } from './testing/crash-client.js';
import { expectBooksAgree } from './testing/expect-books-agree.js';
import { NextVersion } from './testing/next-version.js';
import { readBooks } from './testing/read-books.js';

const AT_OLDER_TABLES = /made by its version 2, and this release has version 1/;
let system: StartedSystem;
let next: NextVersion | null = null;

beforeAll(async () => {
  system = await StartedSystem.start({ mode: 'apart', env: { RATE_LIMIT_RPS: '0' } });
});
afterAll(async () => {
  await next?.stop();
  await system.dispose();
});

it('serves with the old version while the next one migrates, stands beside it and rebuilds', async () => {
  const clients = [0, 1].map((index) => new CrashClient(admin, `client ${index}`));
  const load = Promise.all(clients.map((client) => client.run()));
  const reader = new Reader();

  const { databaseUrl, eventStoreUrl } = storesOf(system);
  const nextVersion = (next = await NextVersion.start(databaseUrl, eventStoreUrl));
  // Its read model is of another version: it stops, and says what to do; the other one is in its owner's hands.
  const error = await eventually('the stop', () => nextVersion.status('api-keys').error);
  expect(error).toMatch(/by its version 1, and this release has version 2.*npm run projections -- rebuild api-keys/);
  await eventually('the standby', () => nextVersion.status('audit-log').state === 'standby' || null);
  expect(await isVisible()).toBe(true);

  // A process of the old version that starts from now on does not know what it would find.
  const late = await system.startApi();
  expect(await late.process.ended()).not.toBe(0);
  expect(await system.log()).toMatch(/read-models\/900-next-version was applied by a newer version/);

  await nextVersion.beginRebuild('api-keys');
  await eventually('the next version', () => nextVersion.status('api-keys').state === 'running' || null);
  expect(nextVersion.status('api-keys')).toMatchObject({ version: 2, generation: 2, error: null });

  expect(await isVisible()).toBe(true);
  await eventually('the end of the old one', async () => AT_OLDER_TABLES.test(await system.log()) || null);
  await system.projector.process.kill('SIGTERM');
  await eventually('the takeover', () => nextVersion.status('audit-log').state === 'running' || null);
  for (const client of clients) client.stop();
  await load;
  const { answers, refused } = await reader.stop();
  expect(refused).toEqual([]);
  expect(answers).toBeGreaterThan(10);

  expect(await isVisible()).toBe(true);
  await eventually('the end of the log', () => nextVersion.caughtUp() || null);
  expectBooksAgree(await readBooks(admin(), null));
});

/** Reads the list again and again over the API of the old version, whatever happens to the read model. */
class Reader {
  #answers = 0;
  #stopped = false;
  readonly #refused: string[] = [];
  readonly #running = this.#run();

  async stop(): Promise<{ readonly answers: number; readonly refused: readonly string[] }> {
    this.#stopped = true;
    await this.#running;
    return { answers: this.#answers, refused: this.#refused };
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const { status, text } = await admin().get('/v1/api-keys');
      this.#answers++;
      if (status !== 200) this.#refused.push(text);
    }
  }
}

/** Whether what is written now is read soon. The old version waits for no position of tables that the next one makes. */
async function isVisible(): Promise<true> {
  const { status, body } = await admin().post('/v1/api-keys', { name: 'meanwhile' });
  expect(status).toBe(201);
  return eventually('the key', async () => {
    const read = await admin().get(`/v1/api-keys/${String(body['id'])}`);
    return read.status === 200 || null;
  });
}

function admin(): ApiClient {
  return new ApiClient(system.url, system.session.admin_token);
}
