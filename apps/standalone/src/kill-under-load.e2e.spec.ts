import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient, MODES, StartedSystem, eventually, type Mode } from '#libs/testing';
import { asOwner } from './testing/as-owner.js';
import { CrashClient } from './testing/crash-client.js';
import { expectBooksAgree } from './testing/expect-books-agree.js';
import { expireMarks } from './testing/expire-marks.js';
import { isAlive, postmasterOf } from './testing/postmaster.js';
import { readBooks } from './testing/read-books.js';

const CLIENTS = 32;
const CRASHES: readonly ('product' | 'postgres' | 'both')[] = ['postgres', 'both', 'product'];

let system: StartedSystem;

describe.each(MODES)('%s', (mode) => {
  beforeAll(async () => {
    system = await StartedSystem.start({ mode, env: { RATE_LIMIT_RPS: '0', LOG_LEVEL: 'warn' } });
  });
  afterAll(() => system.dispose());

  it('loses no acknowledged command and repeats none, whatever is killed when', async () => {
    const clients = Array.from({ length: CLIENTS }, (_, index) => new CrashClient(admin, `client ${index}`));
    const running = Promise.all(clients.map((client) => client.run()));
    try {
      for (const victim of CRASHES) {
        await Promise.race([running, delay(randomInt(500, 2_000))]);
        await crash(victim);
      }
      await delay(500);
    } finally {
      for (const client of clients) client.stop();
    }
    await running;

    const acknowledged = clients.flatMap((client) => client.acknowledged);
    const last = await admin().post('/v1/api-keys', { name: 'last' });
    const books = await readBooks(admin(), last.headers.get('x-log-position'));
    expectBooksAgree(books);
    if (logIsInPostgres(mode)) await expectDenseLog();
    // Every command settled in the end, so what was acknowledged is all that there is: nothing lost, nothing twice.
    const story = acknowledged.map(
      ({ command, id }) => `api_key.${command === 'rotate' ? 'rotated' : `${command}d`} ${id}`,
    );
    const recorded = books.entries.map((entry) => `${String(entry['event_type'])} ${String(entry['target_id'])}`);
    expect(recorded.toSorted()).toEqual([...story, `api_key.created ${String(last.body['id'])}`].toSorted());
    expect(acknowledged.length).toBeGreaterThan(CLIENTS);

    const ended = new Set(acknowledged.filter(({ command }) => command !== 'create').map(({ id }) => id));
    const secrets = acknowledged.flatMap(({ id, rotatedTo, secret }) =>
      secret === null ? [] : [{ key_id: rotatedTo ?? id, secret }],
    );
    for (const { key_id, secret } of secrets) {
      const { body } = await admin().post('/v1/api-keys/verify', { key: secret });
      expect(body).toMatchObject({ key_id, code: ended.has(key_id) ? 'revoked' : 'valid' });
    }
  });
});

/** An EventStoreDB keeps its own log dense, and other tests write to it. */
function logIsInPostgres(mode: Mode): boolean {
  return mode === 'embedded' || process.env['EVENT_STORE_TEST_URL'] === undefined;
}

async function crash(victim: (typeof CRASHES)[number]): Promise<void> {
  if (victim !== 'product') await killPostgres();
  if (victim === 'postgres') return;
  await system.kill('SIGKILL');
  await system.launch();
  await expireMarks(system.dataDir);
}

/** As soon as it runs: it may still be on its way up after the crash before. */
async function killPostgres(): Promise<void> {
  await eventually('a Postgres to kill', async () => {
    const pid = await postmasterOf(system.dataDir).catch(() => null);
    return pid !== null && isAlive(pid) && process.kill(pid, 'SIGKILL') ? true : null;
  });
}

/** The log itself: positions from 1 without a gap, revisions of each stream from 0 without a gap, no event twice. */
async function expectDenseLog(): Promise<void> {
  const { rows } = await asOwner(system.dataDir, (client) =>
    client.query(`
      select count(*) = max(position) as positions_dense, count(*) = count(distinct event_id) as each_once,
             (select position from event_store.head) = max(position) as head_agrees,
             not exists (select from event_store.events group by stream having count(*) <> max(revision) + 1) as revisions_dense
      from event_store.events`),
  );
  expect(rows).toEqual([{ positions_dense: true, each_once: true, head_agrees: true, revisions_dense: true }]);
}

function admin(): ApiClient {
  return new ApiClient(system.url, system.session.admin_token);
}
