import pg from 'pg';
import { InMemoryEventStore, InMemoryLog, NO_STREAM } from '#libs/event-store';
import { eventually } from '#libs/testing';
import { ProjectionRunner } from '../projection-runner.js';
import { RecordingLogger } from '../testing/recording-logger.js';
import { SeenEventsDatabase } from '../testing/seen-events-database.js';
import { SeenEvents, seenEvents } from '../testing/seen-events.projection.js';
import { storedEvent } from '../testing/stored-event.js';

let database: SeenEventsDatabase;
let log: InMemoryLog;
let store: InMemoryEventStore;
let logger: RecordingLogger;
let running: ProjectionRunner[];
/** Positions at which the projection fails. */
let poison: Set<bigint>;

beforeEach(async () => {
  database = await SeenEventsDatabase.create();
  log = new InMemoryLog();
  store = new InMemoryEventStore(log);
  logger = new RecordingLogger();
  running = [];
  poison = new Set();
});
afterEach(async () => {
  await Promise.all(running.map((runner) => runner.stop()));
  await database.drop();
});

function start(): ProjectionRunner {
  const projection = new SeenEvents((page) => {
    if (page.some(({ event }) => poison.has(event.position))) throw new TypeError('no such field');
  });
  const runner = new ProjectionRunner({ projection, eventStore: store, pool: database.pool(), logger });
  runner.start();
  running.push(runner);
  return runner;
}

/** One event for each name, in the stream `audit-<name>` of organization `o`. */
async function append(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    const { data, type, metadata } = storedEvent(0, 'o');
    const id = `00000000-0000-4000-8000-${String(log.events.length).padStart(12, '0')}`;
    const revision = log.stream(`audit-${name}`).length - 1;
    await store.append(`audit-${name}`, revision < 0 ? NO_STREAM : revision, [{ id, type, data, metadata }]);
  }
}

const seen = () => seenEvents(database.pool());
const caughtUp = (runner: ProjectionRunner) =>
  eventually('the end of the log', async () => {
    const head = await store.head();
    return (runner.status().caughtUp && runner.status().position === head) || null;
  });
const unpark = (stream: string) => database.operator().unpark('seen-events', stream);
const requestEnds = () =>
  eventually('the end of the request', async () => {
    const { rows } = await database
      .pool()
      .query<{ state: string; note: string | null }>(`select state, note from read_models.projection_requests`);
    return rows.every(({ state }) => state !== 'requested') ? rows : null;
  });

it('parks the stream of an event that cannot be folded and goes on with the others, numbers and all', async () => {
  poison = new Set([2n]);
  await append('x', 'y', 'x', 'y', 'z');
  const runner = start();
  await caughtUp(runner);
  await append('y', 'x');
  await caughtUp(runner);
  expect(await seen()).toEqual(['o 1', 'o 3', 'o 5', 'o 7']);
  expect(runner.status()).toMatchObject({ state: 'running', parkedStreams: 1, error: null });
  expect(logger.lines.filter(({ level }) => level === 'error')).toMatchObject([
    { message: 'stream parked', fields: { stream: 'audit-y', position: '2', org: 'o' } },
  ]);
  const [shown] = await database.operator().list();
  expect(shown?.parked).toMatchObject([{ stream: 'audit-y', events: 3 }]);
  expect(shown?.parked[0]?.error).toMatch(/no such field/);
});

it('keeps a stream parked over a restart, and unparks it in order with its old numbers', async () => {
  poison = new Set([2n]);
  await append('x', 'y', 'y');
  const first = start();
  await caughtUp(first);
  await first.stop();
  await append('y', 'x');
  poison.clear();
  const second = start();
  await caughtUp(second);
  expect(await seen()).toEqual(['o 1', 'o 5']);
  expect(second.status().parkedStreams).toBe(1);

  expect(await unpark('audit-x')).toBe(false);
  expect(await unpark('audit-y')).toBe(true);
  expect(await requestEnds()).toEqual([{ state: 'done', note: null }]);
  expect(await seen()).toEqual(['o 1', 'o 2', 'o 3', 'o 4', 'o 5']);
  await append('y');
  await caughtUp(second);
  expect((await seen()).at(-1)).toBe('o 6');
  expect(second.status().parkedStreams).toBe(0);
});

it('leaves a stream parked that still cannot be folded, and says why', async () => {
  poison = new Set([1n]);
  await append('y', 'x');
  const runner = start();
  await caughtUp(runner);
  await unpark('audit-y');
  expect(await requestEnds()).toEqual([{ state: 'failed', note: 'no such field' }]);
  expect(runner.status()).toMatchObject({ state: 'running', parkedStreams: 1 });
  expect(await seen()).toEqual(['o 2']);
});

it('tries an event again before it parks anything', async () => {
  await append('x', 'y');
  let failures = 0;
  const projection = new SeenEvents(() => {
    if (failures++ < 2) throw new TypeError('not this time');
  });
  const runner = new ProjectionRunner({ projection, eventStore: store, pool: database.pool(), logger });
  runner.start();
  running.push(runner);
  await caughtUp(runner);
  expect(await seen()).toEqual(['o 1', 'o 2']);
  expect(runner.status().parkedStreams).toBe(0);
});

it('stops at a row that is there already: then something was projected twice, and no event is to blame', async () => {
  await append('x');
  const projection = new SeenEvents(() => {
    throw Object.assign(new pg.DatabaseError('duplicate key value', 1, 'error'), { code: '23505' });
  });
  const runner = new ProjectionRunner({ projection, eventStore: store, pool: database.pool(), logger });
  runner.start();
  running.push(runner);
  await eventually('the stop', () => runner.status().error);
  expect(runner.status().state).toBe('stopped');
});

it('parks nothing because it is told to stop', async () => {
  await append('x', 'y');
  const tried = { times: 0 };
  const projection = new SeenEvents(() => {
    tried.times++;
    throw new TypeError('no such field');
  });
  const runner = new ProjectionRunner({ projection, eventStore: store, pool: database.pool(), logger });
  runner.start();
  running.push(runner);
  await eventually('the first try of an event alone', () => tried.times > 1 || null);
  await runner.stop();
  const [shown] = await database.operator().list();
  expect(shown?.parked).toEqual([]);
});
