import type pg from 'pg';
import { InMemoryEventStore, InMemoryLog, NO_STREAM } from '#libs/event-store';
import { eventually } from '#libs/testing';
import { ProjectionHost } from '../projection-host.js';
import { RecordingLogger } from '../testing/recording-logger.js';
import { SeenEventsDatabase } from '../testing/seen-events-database.js';
import { SeenEvents, seenEvents } from '../testing/seen-events.projection.js';
import { storedEvent } from '../testing/stored-event.js';
import type { Projection, SequencedEvent } from '../projection.js';

let database: SeenEventsDatabase;
let pool: pg.Pool;
let log: InMemoryLog;
let store: InMemoryEventStore;
let logger: RecordingLogger;
let hosts: ProjectionHost[];

beforeEach(async () => {
  database = await SeenEventsDatabase.create();
  pool = database.pool();
  log = new InMemoryLog();
  store = new InMemoryEventStore(log);
  logger = new RecordingLogger();
  hosts = [];
});
afterEach(async () => {
  await Promise.all(hosts.map((host) => host.stop()));
  await database.drop();
});

type Before = (page: readonly SequencedEvent[]) => Promise<void> | void;

function host(options: { before?: Before; version?: number; eventStore?: InMemoryEventStore } = {}): ProjectionHost {
  const { before, version = 1, eventStore = store } = options;
  const projection = (): Projection => Object.assign(new SeenEvents(before), { version });
  const started = new ProjectionHost({ projection, eventStore, pool: database.pool(), logger, pageSize: 20 });
  started.start();
  hosts.push(started);
  return started;
}

async function append(count: number, to = log): Promise<void> {
  const target = new InMemoryEventStore(to);
  for (let n = 0; n < count; n++) {
    const { data, type, metadata } = storedEvent(0, 'o');
    const revision = to.stream('audit-o').length - 1;
    const id = `00000000-0000-4000-8000-${String(to.events.length).padStart(12, '0')}`;
    await target.append('audit-o', revision < 0 ? NO_STREAM : revision, [{ id, type, data, metadata }]);
  }
}

interface GenerationRow {
  readonly generation: number;
  readonly state: string;
  readonly error: string | null;
}

async function generations(): Promise<readonly GenerationRow[]> {
  const { rows } = await pool.query<GenerationRow>(
    'select generation, state, error from read_models.projection_generations order by generation',
  );
  return rows;
}

const requestRebuild = (version = 1) => database.operator(version).rebuild('seen-events');
const serves = (generation: number) =>
  eventually('the generation', async () => {
    const rows = await generations();
    return (rows.length === 1 && rows[0]?.generation === generation && rows[0].state === 'serving') || null;
  });
const caughtUp = (one: ProjectionHost) =>
  eventually('the end of the log', async () => {
    const { caughtUp: isCaughtUp, position } = one.status();
    return (isCaughtUp && position === (await store.head())) || null;
  });
const numbers = (count: number) => Array.from({ length: count }, (_, index) => `o ${index + 1}`);

it('rebuilds beside what serves, and drops what served before', async () => {
  await append(50);
  const one = host();
  await caughtUp(one);
  // Damage that only a rebuild can undo.
  await pool.query(`insert into read_models_seen_events_1.seen_events values (999999, 'o', 999)`);
  await requestRebuild();
  await serves(2);
  await append(3);
  await caughtUp(one);
  expect(await seenEvents(pool)).toEqual(numbers(53));
  const { rows } = await pool.query(`select nspname from pg_namespace where nspname like 'read_models_seen%'`);
  expect(rows).toEqual([{ nspname: 'read_models_seen_events_2' }]);
});

it('shows readers neither a gap nor an error nor a mixture while it is rebuilt twice under load', async () => {
  await append(30);
  const both = [host(), host()];
  await eventually('one that caught up', () => both.some((one) => one.status().caughtUp) || null);
  const stopped = new AbortController();
  const writing = (async () => {
    while (!stopped.signal.aborted) {
      await append(1);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  const reads: number[] = [];
  const reading = (async () => {
    while (!stopped.signal.aborted) {
      const rows = await seenEvents(pool);
      expect(rows).toEqual(numbers(rows.length));
      reads.push(rows.length);
    }
  })();
  for (const generation of [2, 3]) {
    await requestRebuild();
    await serves(generation);
  }
  stopped.abort();
  await Promise.all([writing, reading]);
  expect(reads.length).toBeGreaterThan(10);
  expect(reads).toEqual([...reads].sort((a, b) => a - b));
  expect(reads[0]).toBeGreaterThanOrEqual(30);
  await eventually('everything', async () => (await seenEvents(pool)).length === log.events.length || null);
});

it('gives a rebuild up at the first event that cannot be folded, leaves what serves alone, and starts over when asked', async () => {
  await append(10);
  let broken = false;
  const one = host({
    before: (page) => {
      if (broken && page.some(({ seq }) => seq === 5)) throw new TypeError('no such field');
    },
  });
  await caughtUp(one);
  broken = true;
  await requestRebuild();
  const failed = await eventually('the failure', async () => {
    const rows = await generations();
    return rows[1]?.state === 'failed' ? rows : null;
  });
  expect(failed).toMatchObject([{ state: 'serving' }, { generation: 2, error: 'no such field' }]);
  expect(await database.operator().list()).toMatchObject([{ rebuild: { state: 'failed', error: 'no such field' } }]);
  expect(await seenEvents(pool)).toEqual(numbers(10));
  broken = false;
  await requestRebuild();
  await serves(3);
  expect(await seenEvents(pool)).toEqual(numbers(10));
});

it('goes on with a rebuild in another process where the first one left it', async () => {
  await append(100);
  let held = false;
  const first = host({
    before: async (page) => {
      if (page[0]?.seq === 61 && held) await new Promise((resolve) => setTimeout(resolve, 3_000));
    },
  });
  await caughtUp(first);
  held = true;
  await requestRebuild();
  await eventually('the middle of the rebuild', async () => {
    const { rows } = await pool.query(
      'select 1 from read_models.projection_checkpoints where generation = 2 and position >= 60',
    );
    return rows.length > 0 || null;
  });
  const [shown] = await database.operator().list();
  expect(shown).toMatchObject({ name: 'seen-events', version: 1, state: 'running', parked: [] });
  expect(shown?.rebuild).toMatchObject({ state: 'building', events: 60, progress: 0.6, error: null });
  expect(shown?.rebuild?.secondsLeft).toBeGreaterThan(0);
  const stopping = first.stop();
  host();
  await stopping;
  await serves(2);
  expect(await seenEvents(pool)).toEqual(numbers(100));
});

it('stops at tables of another version of the fold and says how to go on; the rebuild cures it', async () => {
  await append(5);
  const old = host();
  await caughtUp(old);
  await old.stop();
  const next = host({ version: 2 });
  const error = await eventually('the stop', () => next.status().error);
  expect(error).toMatch(/made by its version 1, and this release has version 2.*rebuild seen-events/s);
  await requestRebuild(2);
  await caughtUp(next);
  expect(await generations()).toMatchObject([{ generation: 2, state: 'serving' }]);
  expect(next.status()).toMatchObject({ version: 2, error: null });
});

it('stops where the log was replaced by another, also by a longer one, and a rebuild follows the new one', async () => {
  await append(5);
  const one = host();
  await caughtUp(one);
  await one.stop();
  const other = new InMemoryLog();
  const otherStore = new InMemoryEventStore(other);
  const { data, type, metadata } = storedEvent(0, 'o');
  for (let n = 0; n < 8; n++)
    await otherStore.append('audit-o', n - 1, [
      { id: `10000000-0000-4000-8000-00000000000${n}`, type, data, metadata },
    ]);
  const next = host({ eventStore: otherStore });
  const error = await eventually('the stop', () => next.status().error);
  expect(error).toMatch(/was replaced, or restored from a backup.*EVENT_STORE_URL.*rebuild seen-events/s);
  await requestRebuild();
  await serves(2);
  await eventually('the other log', () => next.status().caughtUp || null);
  expect(await seenEvents(pool)).toEqual(numbers(8));
});

it('rebuilds from a log that was restored to an older point than the read models, though it ends before them', async () => {
  await append(5);
  const one = host();
  await caughtUp(one);
  await one.stop();
  const older = new InMemoryLog();
  await append(3, older);
  const restored = new InMemoryEventStore(older);
  const next = host({ eventStore: restored });
  const error = await eventually('the stop', () => next.status().error);
  expect(error).toMatch(/the log ends at 3: the event store is older than the read models.*rebuild seen-events/s);
  await requestRebuild();
  await serves(2);
  await append(1, older);
  await eventually('the older log', () => (next.status().caughtUp && next.status().position === 4n) || null);
  expect(await seenEvents(pool)).toEqual(numbers(4));
});

it('gives up a rebuild of another version, so that an upgrade in the middle of one can go on', async () => {
  await append(5);
  const old = host();
  await caughtUp(old);
  await old.stop();
  // Begun by the release before, whose processes are gone.
  await pool.query(`select read_models.open_generation('seen-events', 1)`);
  const next = host({ version: 2 });
  await requestRebuild(2);
  await caughtUp(next);
  expect(await generations()).toMatchObject([{ generation: 3, state: 'serving' }]);
});

it('is no way for the projector role to become the owner', async () => {
  const session = await pool.connect();
  try {
    await session.query(`
      create temporary table pg_policies as select * from pg_catalog.pg_policies where false;
      create temporary table pg_class as select * from pg_catalog.pg_class where false;
      insert into pg_policies (schemaname, tablename, policyname, permissive, roles, cmd, qual)
      values ('read_model_shapes', 'seen_events', 'x', 'PERMISSIVE', '{public}', 'all',
              'true); create table read_models.taken as select current_user; --')`);
    await session.query(`select read_models.open_generation('seen-events', 1)`);
  } finally {
    session.release(true);
  }
  const { rows } = await pool.query(`select to_regclass('read_models.taken') as taken`);
  expect(rows).toEqual([{ taken: null }]);
});
