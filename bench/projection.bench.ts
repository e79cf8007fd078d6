import { setTimeout as delay } from 'node:timers/promises';
import { eventStoreMigrations, PostgresEventStore } from '#libs/event-store-postgres';
import { SILENT } from '#libs/observability';
import { createPool, migrate } from '#libs/postgres';
import { ProjectionRunner } from '#libs/projections';
import { ApiKeysProjection, AuditLogProjection, readModelMigrations } from '#libs/read-models';
import type { BenchContext } from './bench-context.js';
import type { BenchRow } from './bench-row.js';
import { syntheticLog } from './projection/synthetic-log.js';

const LINEAGES = 20_000;
const EVENTS_PER_LINEAGE = 10;
const ORGANIZATIONS = 50;
const EVENTS = LINEAGES * EVENTS_PER_LINEAGE;
const AT_ONCE = 2_000;
const GOAL = 40_000;

/** The key listing with its history and the audit log catch up with one log at the same time; both must be through. */
export async function run({ postgresUrl, log }: BenchContext): Promise<BenchRow[]> {
  await migrate(postgresUrl, [...eventStoreMigrations, ...readModelMigrations]);
  const store = await PostgresEventStore.open({ ownerUrl: postgresUrl, logger: SILENT });
  try {
    await fill(store);
    log(`projection: ${EVENTS} events of ${LINEAGES} lineages are there`);
    const measured = EVENTS / (await secondsToCatchUp(store, postgresUrl));
    return [
      {
        path: 'projecting the audit log and the key listing together, catching up',
        measured,
        unit: 'events/s',
        ...{ yardstick: null, yardstickValue: null, ratio: null },
        goal: `${GOAL} a second on a quiet machine`,
        met: measured >= GOAL,
      },
    ];
  } finally {
    await store.close();
  }
}

async function fill(store: PostgresEventStore): Promise<void> {
  let pending: Promise<unknown>[] = [];
  const life = { lineages: LINEAGES, organizations: ORGANIZATIONS, eventsPerLineage: EVENTS_PER_LINEAGE };
  for (const { stream, expected, events } of syntheticLog(life)) {
    pending.push(store.append(stream, expected, events));
    if (pending.length < AT_ONCE) continue;
    await Promise.all(pending);
    pending = [];
  }
  await Promise.all(pending);
}

async function secondsToCatchUp(eventStore: PostgresEventStore, ownerUrl: string): Promise<number> {
  const onIdleError = (): void => undefined;
  const pool = createPool({ ownerUrl, role: 'projector', max: 3, statementTimeoutMs: 30_000, onIdleError });
  const runners = [new ApiKeysProjection(), new AuditLogProjection()].map(
    (projection) => new ProjectionRunner({ projection, eventStore, pool, logger: SILENT }),
  );
  try {
    const started = performance.now();
    for (const runner of runners) runner.start();
    while (!runners.every((runner) => runner.status().caughtUp)) {
      const stopped = runners.map((runner) => runner.status()).find(({ state }) => state === 'stopped');
      if (stopped !== undefined) throw new Error(`projection ${stopped.name} stopped: ${stopped.error ?? ''}`);
      await delay(5);
    }
    const seconds = (performance.now() - started) / 1_000;
    for (const { name, eventsProjected } of runners.map((runner) => runner.status())) {
      if (eventsProjected !== EVENTS) throw new Error(`${name} projected ${eventsProjected} of ${EVENTS} events`);
    }
    return seconds;
  } finally {
    await Promise.all(runners.map((runner) => runner.stop()));
    await pool.end();
  }
}
