import {
  EventStoreUnavailable,
  InMemoryEventStore,
  InMemoryLog,
  LogIntegrityError,
  NO_STREAM,
  type EventStore,
  type LogPage,
} from '#libs/event-store';
import { DatabaseUnavailable } from '#libs/postgres';
import { projectPage } from './project-page.js';
import type { SequencedEvent } from './projection.js';
import { ProjectionRunner, type ProjectionRunnerOptions } from './projection-runner.js';
import { eventually } from '#libs/testing';
import { RecordingLogger } from './testing/recording-logger.js';
import { serving } from './testing/serving.js';
import { SeenEventsDatabase } from './testing/seen-events-database.js';
import { SeenEvents, seenEvents } from './testing/seen-events.projection.js';
import { storedEvent } from './testing/stored-event.js';

let database: SeenEventsDatabase;
let log: InMemoryLog;
let store: InMemoryEventStore;
let logger: RecordingLogger;
let running: ProjectionRunner[];

beforeEach(async () => {
  database = await SeenEventsDatabase.create();
  log = new InMemoryLog();
  store = new InMemoryEventStore(log);
  logger = new RecordingLogger();
  running = [];
});

afterEach(async () => {
  await Promise.all(running.map((runner) => runner.stop()));
  await database.drop();
});

function start(options: Partial<ProjectionRunnerOptions> = {}): ProjectionRunner {
  const runner = new ProjectionRunner({
    ...{ projection: new SeenEvents(), eventStore: store, pool: database.pool(), logger },
    ...options,
  });
  runner.start();
  running.push(runner);
  return runner;
}

/** Appends one event for each name, in the stream of that organization; a name with a dash is a stream of nobody's. */
async function append(...organizations: readonly string[]): Promise<void> {
  for (const org of organizations) {
    const { stream, data, type, metadata } = storedEvent(0, org);
    const id = `00000000-0000-4000-8000-${String(log.events.length).padStart(12, '0')}`;
    const name = org.includes('-') ? org : stream;
    const revision = log.stream(name).length - 1;
    await store.append(name, revision < 0 ? NO_STREAM : revision, [{ id, type, data, metadata }]);
  }
}

const seen = () => seenEvents(database.pool());
const caughtUp = (runner: ProjectionRunner) =>
  eventually('the end of the log', async () => {
    const head = await store.head();
    const { caughtUp, position, lagSeconds } = runner.status();
    return (caughtUp && position === head && lagSeconds === 0) || null;
  });

it('catches up with the log and then follows it, counting each organization from 1', async () => {
  await append('a', 'b', 'a');
  const runner = start({ pageSize: 2 });
  await caughtUp(runner);
  await append('b', 'a');
  await caughtUp(runner);
  expect(await seen()).toEqual(['a 1', 'b 1', 'a 2', 'b 2', 'a 3']);
  expect(runner.status()).toMatchObject({ state: 'running', eventsProjected: 5, error: null });
});

it('moves over streams that are not the product’s, and counts none of their events', async () => {
  await append('a', 'tick-1', 'tick-1');
  const runner = start({ pageSize: 1 });
  await caughtUp(runner);
  await append('tick-1', 'a', 'tick-1');
  await caughtUp(runner);
  expect(await seen()).toEqual(['a 1', 'a 2']);
});

it('goes on where the last one stopped', async () => {
  await append('a');
  const first = start();
  await caughtUp(first);
  await first.stop();
  expect(first.status().state).toBe('stopped');
  await append('a', 'a');
  await caughtUp(start());
  expect(await seen()).toEqual(['a 1', 'a 2', 'a 3']);
});

it('stands by while another one owns the projection, and takes over when that one ends', async () => {
  const first = start();
  await caughtUp(first);
  const second = start();
  await eventually('standby', () => second.status().state === 'standby' || null);
  await append('a');
  await caughtUp(first);
  expect(second.status().eventsProjected).toBe(0);
  await first.stop();
  await append('a');
  await caughtUp(second);
  expect(await seen()).toEqual(['a 1', 'a 2']);
});

it('outlives the loss of every connection, whoever goes on, without losing or doubling an event', async () => {
  await append('a');
  const both = [start(), start()];
  const someone = () => eventually('one that caught up', () => both.some((runner) => runner.status().caughtUp) || null);
  await someone();
  for (let round = 0; round < 3; round++) {
    await database.cutConnections();
    await append('a', 'b');
    await eventually('every event', async () => (await seen()).length === 3 + 2 * round || null);
  }
  expect((await seen()).filter((row) => row.startsWith('a'))).toEqual(['a 1', 'a 2', 'a 3', 'a 4']);
  expect(logger.lines.some(({ message }) => message === 'projection interrupted')).toBe(true);
});

it('rolls back and starts over when another owner committed between its read and its commit', async () => {
  await append('a', 'b', 'a');
  const projection = new SeenEvents();
  let intruded = false;
  const intrude = async (page: LogPage): Promise<void> => {
    if (intruded) return;
    intruded = true;
    const client = await database.pool().connect();
    await projectPage(client, await serving(client, new SeenEvents()), page);
    client.release();
  };
  const runner = start({ projection, eventStore: watched(intrude) });
  await append('b');
  await caughtUp(runner);
  expect(await seen()).toEqual(['a 1', 'b 1', 'a 2', 'b 2']);
  expect(projection.rolledBackTimes).toBeGreaterThan(1);
  expect(logger.lines.filter(({ message }) => message.startsWith('projection went on elsewhere'))).toHaveLength(1);
});

it('stops before an event that this release does not know, names it, and keeps all before it', async () => {
  await append('a', 'b', 'a', 'b', 'a');
  const refusing = new SeenEvents((page) => {
    if (page.some(({ event }) => event.position === 4n))
      throw Object.assign(new Error('no such type'), { code: 'unknown_event' });
  });
  const runner = start({ projection: refusing });
  await eventually('the stop', () => runner.status().state === 'stopped' || null);
  expect(await seen()).toEqual(['a 1', 'b 1', 'a 2']);
  expect(runner.status()).toMatchObject({ position: 3n, caughtUp: false });
  expect(runner.status().error).toMatch(/no such type/);
  expect(runner.status().lagSeconds).toBeGreaterThan(0);
  expect(logger.lines.filter(({ level }) => level === 'error')).toMatchObject([
    {
      message: 'projection stopped and needs attention',
      fields: { projection: 'seen-events', position: '4', stream: 'audit-b', org: 'b' },
    },
  ]);
  await runner.stop();
  await caughtUp(start());
  expect(await seen()).toEqual(['a 1', 'b 1', 'a 2', 'b 2', 'a 3']);
});

it('tries again for as long as an outage lasts', async () => {
  await append('a');
  let failures = 0;
  const outage = (): void => {
    if (failures++ < 3) throw new DatabaseUnavailable('away');
  };
  await caughtUp(start({ projection: new SeenEvents(outage) }));
  expect(await seen()).toEqual(['a 1']);
  expect(logger.lines.filter(({ level }) => level === 'warn')).toHaveLength(3);
});

it('tries again when the event store is away', async () => {
  await append('a');
  let failures = 0;
  const away = async () => {
    if (failures++ < 2) throw new EventStoreUnavailable('away');
    return store.head();
  };
  await caughtUp(start({ eventStore: { ...port(store), head: away } }));
  expect(await seen()).toEqual(['a 1']);
});

it('stops when it has projected more than the log holds', async () => {
  await append('a', 'a');
  const first = start();
  await caughtUp(first);
  await first.stop();
  const older = new InMemoryEventStore();
  const runner = start({ eventStore: older });
  await eventually('the stop', () => runner.status().state === 'stopped' || null);
  expect(runner.status().error).toMatch(/has projected up to 2, but the log ends at 0/);
  expect(await seen()).toEqual(['a 1', 'a 2']);
});

it('stops when the log has a gap', async () => {
  const broken = watched(() => {
    throw new LogIntegrityError(1n, 2n);
  });
  const runner = start({ eventStore: broken });
  await eventually('the stop', () => runner.status().state === 'stopped' || null);
  expect(runner.status().error).toMatch(/gap/);
});

it('finishes the page in hand when it is told to stop', async () => {
  await append('a', 'a');
  const [entered, held] = [gate(), gate()];
  const slow = new SeenEvents(async (_page: readonly SequencedEvent[]) => {
    entered.open();
    await held.opened;
  });
  const runner = start({ projection: slow });
  await entered.opened;
  const stopped = runner.stop();
  held.open();
  await stopped;
  expect(await seen()).toEqual(['a 1', 'a 2']);
});

/** The store, told of every page right before the runner gets it. */
function watched(onPage: (page: LogPage) => Promise<void> | void): EventStore {
  return {
    ...port(store),
    async *subscribe(subscription) {
      for await (const page of store.subscribe(subscription)) {
        await onPage(page);
        yield page;
      }
    },
  };
}

function port(inner: EventStore): EventStore {
  return {
    append: (...append) => inner.append(...append),
    readStream: (...read) => inner.readStream(...read),
    readAll: (read) => inner.readAll(read),
    subscribe: (subscription) => inner.subscribe(subscription),
    head: () => inner.head(),
    close: () => inner.close(),
  };
}

function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

it('takes a store that was closed under it for an outage', async () => {
  const runner = start();
  await caughtUp(runner);
  await store.close();
  await eventually('the outage', () => runner.status().state === 'starting' || null);
  expect(logger.lines.map(({ message }) => message)).toContain('projection interrupted');
});
