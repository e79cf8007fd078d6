import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedPostgres } from '#libs/embedded-postgres';
import { BEGINNING, EventStoreUnavailable, NO_STREAM, type EventToStore, type StoredEvent } from '#libs/event-store';
import { readToEnd, someEvent, someStream } from '#libs/event-store/contract';
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
  const writers = Array.from({ length: 16 }, () => keepAppending(appending.signal));
  const followed = follow(following.signal);
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

/** Appends to one stream as a careful caller does: an unknown outcome is asked for again, same ids, same revision. */
async function keepAppending(signal: AbortSignal): Promise<EventToStore[]> {
  const [stream, confirmed] = [someStream(), [] as EventToStore[]];
  let expected = NO_STREAM;
  while (!signal.aborted) {
    const events = [someEvent({ expected }), someEvent({ expected })];
    const result = await persistently(() => store.append(stream, expected, events));
    if (result.outcome !== 'stored') throw new Error(`${stream} stands at ${result.actual}, not at ${expected}`);
    confirmed.push(...events);
    expected = result.revision;
  }
  return confirmed;
}

async function persistently<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof EventStoreUnavailable)) throw error;
      await delay(50);
    }
  }
}

function follow(signal: AbortSignal): { events: StoredEvent[]; ended: Promise<void> } {
  const events: StoredEvent[] = [];
  const ended = (async () => {
    for await (const page of store.subscribe({ after: BEGINNING, limit: 100, signal })) events.push(...page.events);
  })();
  return { events, ended };
}

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
