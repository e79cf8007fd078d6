import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedPostgres } from '#libs/embedded-postgres';
import { BEGINNING } from '#libs/event-store';
import { followAll, keepAppending, persistently, readToEnd } from '#libs/event-store/contract';
import { SILENT, type Logger } from '#libs/observability';
import { migrate } from '#libs/postgres';
import { eventStoreMigrations } from './event-store-migrations.js';
import { PostgresEventStore } from './postgres-event-store.js';

const KILLS = 3;

let directory: string;
let server: EmbeddedPostgres;
let store: PostgresEventStore;
const warnings: string[] = [];
const appending = new AbortController();
const following = new AbortController();

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyledger-restart-'));
  server = await EmbeddedPostgres.start({ directory });
  const url = await server.database('restart');
  await migrate(url, eventStoreMigrations);
  const logger: Logger = { ...SILENT, warn: (_, message) => warnings.push(message) };
  store = await PostgresEventStore.open({ ownerUrl: url, logger });
});
afterAll(async () => {
  appending.abort();
  following.abort();
  await store.close();
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

it('loses nothing and doubles nothing when Postgres is killed under appends and a subscription', async () => {
  const writers = Array.from({ length: 16 }, () => keepAppending(store, appending.signal));
  const followed = followAll(store, following.signal);
  for (let kill = 0; kill < KILLS; kill++) {
    await delay(400);
    const pid = await nextPostmaster(null);
    process.kill(pid, 'SIGKILL');
    await nextPostmaster(pid);
    const before = await stored();
    while ((await stored()) <= before) await delay(20);
  }
  appending.abort();
  const confirmed = (await Promise.all(writers)).flat();
  const log = await readToEnd(store, { after: BEGINNING });
  while (followed.events.length < log.length) await delay(20);
  following.abort();
  await followed.ended;

  expect(followed.events).toEqual(log);
  expect(log.map(({ id }) => id).sort()).toEqual(confirmed.map(({ id }) => id).sort());
  expect((await store.verifyLog()).events).toBe(log.length);
  expect(new Set(warnings)).toContain('event log out of reach of its subscribers');
});

/** The process id of a server other than that one, once there is one: its last sessions may outlive a postmaster. */
async function nextPostmaster(other: number | null): Promise<number> {
  for (;;) {
    const pid = await server.pid();
    if (pid !== null && pid !== other) return pid;
    await delay(20);
  }
}

async function stored(): Promise<bigint> {
  return persistently(() => store.head());
}
