import { BEGINNING, NO_STREAM, type LogPage } from '#libs/event-store';
import { appended, readToEnd, someEvents, someStream } from '#libs/event-store/contract';
import { SILENT, type Logger } from '#libs/observability';
import { eventually } from '#libs/testing';
import { EventStoreDbServer } from '#libs/testing/eventstoredb-stand-in';
import { EventStoreDbEventStore } from './event-store-db-event-store.js';
import { ownServer } from './testing/test-server.js';

const unavailable = { code: 'event_store_unavailable' };

let server: EventStoreDbServer;
let warnings: string[];
let abort: AbortController;
let store: EventStoreDbEventStore | null;

const logger: Logger = { ...SILENT, warn: (fields, message) => warnings.push(`${message}: ${JSON.stringify(fields)}`) };

async function openAt(url: string): Promise<EventStoreDbEventStore> {
  store = await eventually('a server that is ready', async () => {
    try {
      return await EventStoreDbEventStore.open({ url, logger, appendDeadlineMs: 170_000, readDeadlineMs: 30_000 });
    } catch (error) {
      expect(error).toMatchObject(unavailable);
      return null;
    }
  });
  return store;
}

/** A subscription whose pages are kept; it is ended with the test. */
function follow(from: EventStoreDbEventStore): { pages: LogPage[]; ended: Promise<void> } {
  const pages: LogPage[] = [];
  const { signal } = abort;
  const ended = (async () => {
    for await (const page of from.subscribe({ after: BEGINNING, signal })) pages.push(page);
  })();
  return { pages, ended };
}

beforeEach(async () => {
  [warnings, abort, store] = [[], new AbortController(), null];
  server = await EventStoreDbServer.start();
});
afterEach(async () => {
  abort.abort();
  await store?.close();
  await server.dispose();
});

describe(`EventStoreDbEventStore on a cluster (${ownServer})`, () => {
  it('takes a cluster of which no node is there for an outage, at the start and later, and finds it when it is', async () => {
    await server.kill();
    const missing = { url: server.clusterUrl, logger };
    await expect(EventStoreDbEventStore.open(missing)).rejects.toMatchObject(unavailable);
    await server.launch();
    const opened = await openAt(server.clusterUrl);
    const stream = someStream();
    await eventually('an append', () => appended(opened, stream, someEvents(1)).catch(() => null));

    const { pages, ended } = follow(opened);
    const newest = (): number => pages.at(-1)?.askedAt ?? -Infinity;
    await eventually('a tick', () => (newest() > -Infinity ? true : null));
    await server.kill();
    const wasFollowing = warnings.length;
    const gone = 'Failed to discover';
    await eventually('the search for a node', () =>
      warnings.slice(wasFollowing).some((w) => w.includes(gone)) ? true : null,
    );
    await expect(opened.head()).rejects.toMatchObject(unavailable);
    const waiting = opened.append(stream, 0, someEvents(1));
    await server.launch();

    expect(await waiting).toMatchObject({ outcome: 'stored', revision: 1 });
    // What was stored before a tick was sent comes before it.
    const back = performance.now();
    await eventually('a tick through the new subscription', () => (newest() > back ? true : null));
    abort.abort();
    await ended;
    expect(pages.flatMap(({ events }) => events)).toEqual(await readToEnd(opened, { after: BEGINNING }));
  });

  it('goes from a follower to the leader that it names, with all that it asks', async () => {
    await (await openAt(server.url)).close();
    const follower = await server.startFollower();
    try {
      const opened = await openAt(follower.url);
      const { pages, ended } = follow(opened);
      const streams = Array.from({ length: 20 }, () => someStream());
      await Promise.all(streams.map((stream) => appended(opened, stream, someEvents(2))));
      await eventually('a tick', () => ((pages.at(-1)?.askedAt ?? -Infinity) > -Infinity ? true : null));
      abort.abort();
      await ended;
      expect(await opened.append(streams[0] ?? '', NO_STREAM, someEvents(1))).toMatchObject({ actual: 1 });
      expect(pages.flatMap(({ events }) => events)).toHaveLength(40);
      await opened.close();
      expect(await readToEnd(await openAt(server.url), { after: BEGINNING })).toHaveLength(40);
    } finally {
      await follower.dispose();
    }
  });
});
