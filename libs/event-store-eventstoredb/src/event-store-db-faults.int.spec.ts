import { jest } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import {
  BEGINNING,
  LogIntegrityError,
  NO_STREAM,
  toPosition,
  type EventToStore,
  type LogPage,
  type StoredEvent,
} from '#libs/event-store';
import { appended, readToEnd, someEvent, someEvents, someStream } from '#libs/event-store/contract';
import { SILENT, type Logger } from '#libs/observability';
import { eventually } from '#libs/testing';
import { EventStoreDbServer } from '#libs/testing/eventstoredb-stand-in';
import { collectEvents, type ClientEvent } from './collect-events.js';
import { createClient } from './create-client.js';
import { EventStoreDbEventStore, type EventStoreDbEventStoreOptions } from './event-store-db-event-store.js';
import { LifeEnd } from './life-end.js';
import { ownServer } from './testing/test-server.js';

/** For a busy machine; and for where the server is meant to be late. */
const PATIENT = { appendDeadlineMs: 170_000, readDeadlineMs: 30_000 };
const IMPATIENT = { appendDeadlineMs: 1_000, readDeadlineMs: 1_000 };

const unavailable = { code: 'event_store_unavailable' };

let server: EventStoreDbServer;
let store: EventStoreDbEventStore;
let warnings: string[];
let abort: AbortController;

async function open(options: Partial<EventStoreDbEventStoreOptions> = {}): Promise<EventStoreDbEventStore> {
  const warn: Logger['warn'] = (fields, message) => warnings.push(`${message}: ${JSON.stringify(fields)}`);
  const logger: Logger = { ...SILENT, warn };
  return eventually('a server that is ready', async () => {
    try {
      return await EventStoreDbEventStore.open({ url: server.url, logger, ...PATIENT, ...options });
    } catch (error) {
      expect(error).toMatchObject(unavailable);
      return null;
    }
  });
}

/** A subscription whose pages are kept; it is ended with the test. */
function follow(from: EventStoreDbEventStore, after = BEGINNING): { pages: LogPage[]; ended: Promise<void> } {
  const pages: LogPage[] = [];
  const { signal } = abort;
  const ended = (async () => {
    for await (const page of from.subscribe({ after, signal })) pages.push(page);
  })();
  return { pages, ended };
}

/** What the log holds, ticks and the server's own events too. */
async function everything(): Promise<ClientEvent[]> {
  const client = createClient(server.url);
  const limits = { deadlineMs: 10_000, ended: new LifeEnd() };
  const { events } = await collectEvents(client.readAll({ requiresLeader: true }), limits);
  await client.dispose();
  return [...events];
}

beforeEach(async () => {
  warnings = [];
  abort = new AbortController();
  server = await EventStoreDbServer.start();
  store = await open();
  await eventually('the first append', () => appended(store, someStream(), someEvents(1)).catch(() => null));
});
afterEach(async () => {
  abort.abort();
  await store.close();
  await server.dispose();
});

describe(`EventStoreDbEventStore (${ownServer})`, () => {
  it('answers past its deadlines while the server is frozen, and recovers', async () => {
    const stream = someStream();
    const events = someEvents(2);
    const impatient = await open(IMPATIENT);
    server.freeze();
    await Promise.all([
      expect(impatient.append(stream, NO_STREAM, events)).rejects.toMatchObject(unavailable),
      expect(impatient.readStream(stream)).rejects.toMatchObject(unavailable),
      expect(impatient.readAll({ after: BEGINNING })).rejects.toMatchObject(unavailable),
      expect(impatient.head()).rejects.toMatchObject(unavailable),
    ]);
    server.thaw();
    await impatient.close();
    await eventually('an append', () => appended(store, stream, events).catch(() => null));
    expect((await store.readStream(stream)).map(({ id }) => id)).toEqual(events.map(({ id }) => id));
  });

  it('stops opening when it is told to, while the server is frozen', async () => {
    server.freeze();
    const { signal } = abort;
    const opening = EventStoreDbEventStore.open({ url: server.url, logger: SILENT, readDeadlineMs: 600_000, signal });
    abort.abort();
    await expect(opening).rejects.toBe(signal.reason);
    await expect(EventStoreDbEventStore.open({ url: server.url, logger: SILENT, signal })).rejects.toBe(signal.reason);
    server.thaw();
  });

  it('claims to know nothing newer than when the server froze, and goes on when it thaws', async () => {
    const { pages, ended } = follow(store);
    const newest = (): number => pages.at(-1)?.askedAt ?? -Infinity;
    const first = await eventually('a tick', () => (newest() > -Infinity ? newest() : null));
    await eventually('a second tick', () => (newest() > first ? true : null));
    server.freeze();
    const frozenAt = performance.now();
    await delay(1_500);
    expect(newest()).toBeLessThan(frozenAt);
    server.thaw();
    await eventually('a sign of life', () => (newest() > frozenAt ? true : null));
    abort.abort();
    await ended;
  });

  it('gives every store a sign of life of its own, with ticks that no reader sees and the server may throw away', async () => {
    const another = await open();
    const [mine, theirs] = [follow(store), follow(another)];
    for (const { pages } of [mine, theirs]) {
      const newest = (): number => pages.at(-1)?.askedAt ?? -Infinity;
      const first = await eventually('a tick', () => (newest() > -Infinity ? newest() : null));
      await eventually('a later tick', () => (newest() > first + 1_000 ? true : null));
    }
    abort.abort();
    await Promise.all([mine.ended, theirs.ended]);
    await another.close();
    for (const { pages } of [mine, theirs]) expect(pages.flatMap(({ events }) => events)).toHaveLength(1);
    expect(await readToEnd(store, { after: BEGINNING })).toHaveLength(1);
    expect(await readToEnd(store, { after: BEGINNING, prefixes: ['keyledger'] })).toEqual([]);
    const limits = (await everything()).filter(({ streamId }) => streamId.startsWith('$$keyledgerTick-'));
    expect(limits.map(({ data }) => data)).toEqual([
      { $maxCount: 1, $maxAge: 86_400 },
      { $maxCount: 1, $maxAge: 86_400 },
    ]);
    await expect(store.append('keyledgerTick-1', NO_STREAM, someEvents(1))).rejects.toMatchObject({
      code: 'invalid_append',
    });
  });

  it('leaves no rejection unhandled when the server dies under more than it has taken', async () => {
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    const impatient = await open(IMPATIENT);
    server.freeze();
    // More than sockets and flow control swallow.
    const events = [someEvent({ filling: 'x'.repeat(50_000) })];
    const results = Promise.allSettled(Array.from({ length: 300 }, () => appended(impatient, someStream(), events)));
    await delay(500);
    await server.kill();
    for (const result of await results) expect(result).toMatchObject({ reason: unavailable });
    await impatient.close();
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('refuses at once what would wait behind too many others, and takes more when they are done', async () => {
    await store.close();
    store = await open({ maxWaitingAppends: 50, appendDeadlineMs: 1_000 });
    server.freeze();
    const results = Promise.allSettled(Array.from({ length: 400 }, () => appended(store, someStream(), someEvents(1))));
    const [refused] = await Promise.allSettled([appended(store, someStream(), someEvents(1))]);
    expect(refused).toMatchObject({ reason: { message: '50 appends are waiting already' } });
    expect(store.figures().waitingAppends).toBe(50);
    for (const result of await results) expect(result).toMatchObject({ reason: unavailable });
    server.thaw();
    await eventually('an append', () => appended(store, someStream(), someEvents(1)).catch(() => null));
  });

  it('finishes what it took before it closes', async () => {
    const before = await store.head();
    await store.close();
    store = await open();
    const appends = Array.from({ length: 1_000 }, () => appended(store, someStream(), someEvents(1)));
    await store.close();
    await Promise.all(appends);
    store = await open();
    expect(await readToEnd(store, { after: before })).toHaveLength(1_000);
  });

  it('subscribes again where it was when the server drops it for being slow', async () => {
    const before = await store.head();
    const seen: StoredEvent[] = [];
    const isDropped = (): boolean => warnings.some((warning) => warning.includes('Consumer too slow'));
    // Three times what fits into its window and the buffers on the way.
    const someLargeEvents = (): EventToStore[] =>
      Array.from({ length: 10 }, () => someEvent({ filling: 'x'.repeat(2_500) }));
    for await (const { events, caughtUp } of store.subscribe({ after: before, limit: 50, signal: abort.signal })) {
      seen.push(...events);
      if (seen.length === 0 && caughtUp) {
        for (let burst = 0; burst < 12; burst++) {
          await Promise.all(Array.from({ length: 50 }, () => appended(store, someStream(), someLargeEvents())));
        }
      }
      if (seen.length >= 6_000) abort.abort();
    }
    expect(isDropped()).toBe(true);
    expect(seen).toEqual(await readToEnd(store, { after: before }));
  });

  it('does not take a log that ends before what was seen already for one with nothing new', async () => {
    const ahead = toPosition((await store.head()) + 1_000_000n);
    await expect(store.readAll({ after: ahead })).rejects.toThrow(LogIntegrityError);
    await expect(follow(store, ahead).ended).rejects.toThrow(LogIntegrityError);
  });

  it('opens no second server in one process, and nothing where nobody listens', async () => {
    const elsewhere = { url: 'esdb://127.0.0.1:1?tls=false', logger: SILENT };
    await expect(EventStoreDbEventStore.open(elsewhere)).rejects.toMatchObject({ code: 'event_store_url_invalid' });
    await store.close();
    await expect(EventStoreDbEventStore.open(elsewhere)).rejects.toMatchObject(unavailable);
    store = await open();
  });
});
