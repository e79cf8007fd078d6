import { setTimeout as delay } from 'node:timers/promises';
import { BEGINNING } from '#libs/event-store';
import { followAll, keepAppending, persistently, readToEnd } from '#libs/event-store/contract';
import { SILENT, type Logger } from '#libs/observability';
import { eventually } from '#libs/testing';
import { EventStoreDbServer } from '#libs/testing/eventstoredb-stand-in';
import { EventStoreDbEventStore } from './event-store-db-event-store.js';
import { ownServer } from './testing/test-server.js';

const KILLS = 3;
const WRITERS = 128;

let server: EventStoreDbServer;
let store: EventStoreDbEventStore;
/** Confirmed ones. */
let appends = 0;
const warnings: string[] = [];
const appending = new AbortController();
const following = new AbortController();

beforeAll(async () => {
  server = await EventStoreDbServer.start();
  const logger: Logger = { ...SILENT, warn: (_, message) => warnings.push(message) };
  store = await persistently(() => EventStoreDbEventStore.open({ url: server.url, logger }));
});
afterAll(async () => {
  appending.abort();
  following.abort();
  await store.close();
  await server.dispose();
});

describe(`EventStoreDbEventStore (${ownServer})`, () => {
  it('loses nothing and doubles nothing when the server is killed under appends and a subscription', async () => {
    const writers = Array.from({ length: WRITERS }, () => keepAppending(store, appending.signal, () => appends++));
    const followed = followAll(store, following.signal);
    for (let kill = 0; kill < KILLS; kill++) {
      await delay(400);
      await server.kill();
      await delay(300);
      await server.launch({ notReadyForMs: 300 });
      const before = appends;
      await eventually('appends after the restart', () => (appends > before + WRITERS ? true : null));
    }
    appending.abort();
    const confirmed = (await Promise.all(writers)).flat();
    const log = await readToEnd(store, { after: BEGINNING });
    while (followed.events.length < log.length) await delay(20);
    following.abort();
    await followed.ended;

    expect(followed.events).toEqual(log);
    expect(log.map(({ id }) => id).sort()).toEqual(confirmed.map(({ id }) => id).sort());
    expect(new Set(warnings)).toContain('append interrupted');
    expect(new Set(warnings)).toContain('event log subscription interrupted');
  });
});
