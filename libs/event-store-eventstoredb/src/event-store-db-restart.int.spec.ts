import { setTimeout as delay } from 'node:timers/promises';
import { BEGINNING, EventStoreUnavailable, NO_STREAM, type EventToStore, type StoredEvent } from '#libs/event-store';
import { readToEnd, someEvent, someStream } from '#libs/event-store/contract';
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
    const writers = Array.from({ length: WRITERS }, () => keepAppending(appending.signal));
    const followed = follow(following.signal);
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
  }, 180_000);
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
    appends++;
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
