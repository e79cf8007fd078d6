import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { eventStoreMigrations, PostgresEventStore } from '#libs/event-store-postgres';
import { SILENT } from '#libs/observability';
import { createPool, migrate } from '#libs/postgres';
import { ProjectionRunner } from '#libs/projections';
import { ApiKeysProjection, AuditLogProjection, readModelMigrations } from '#libs/read-models';
import type { BenchContext } from './bench-context.js';
import type { BenchRow } from './bench-row.js';
import { secondsToWritePlainly } from './projection/seconds-to-write-plainly.js';
import { EVENTS_PER_LINEAGE, syntheticLog, type SyntheticAppend } from './projection/synthetic-log.js';

const ORGANIZATIONS = 50;
const AT_ONCE = 2_000;
const GOAL = 40_000;
const LOGS = [
  { order: 'lived', lineages: 20_000, what: '20,000 keys, each living most of its ten events close together' },
  { order: 'scattered', lineages: 10_000, what: 'the hardest log: no two events of a key near each other' },
] as const;

/**
 * The key listing and the audit log, which is also every key's history, catch up with one log at the same time; both
 * must be through. The yardstick writes the very rows that they end with, ready made, into tables without an index, a
 * policy or a checkpoint.
 */
export async function run({ postgresUrl, log }: BenchContext): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const { order, lineages, what } of LOGS) {
    await emptyDatabase(postgresUrl);
    const store = await PostgresEventStore.open({ ownerUrl: postgresUrl, logger: SILENT });
    try {
      await fill(store, syntheticLog({ lineages, organizations: ORGANIZATIONS, order }));
      const events = lineages * EVENTS_PER_LINEAGE;
      log(`projection: ${events} events are there (${order})`);
      const measured = events / (await secondsToCatchUp(store, postgresUrl, events));
      const yardstickValue = events / (await secondsToWritePlainly(postgresUrl));
      rows.push({
        path: `projecting the audit log and the key listing together, catching up; ${what}`,
        ...{ measured, unit: 'events/s' },
        yardstick: 'the same rows into bare tables, INSERT … SELECT unnest',
        ...{ yardstickValue, ratio: measured / yardstickValue },
        goal: `${GOAL} a second on a quiet machine`,
        met: measured >= GOAL,
      });
    } finally {
      await store.close();
    }
  }
  return rows;
}

async function emptyDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('drop schema if exists read_models, event_store, keyledger cascade');
  await client.end();
  await migrate(url, [...eventStoreMigrations, ...readModelMigrations]);
}

async function fill(store: PostgresEventStore, appends: Iterable<SyntheticAppend>): Promise<void> {
  let pending: Promise<unknown>[] = [];
  for (const { stream, expected, events } of appends) {
    pending.push(store.append(stream, expected, events));
    if (pending.length < AT_ONCE) continue;
    await Promise.all(pending);
    pending = [];
  }
  await Promise.all(pending);
}

async function secondsToCatchUp(eventStore: PostgresEventStore, ownerUrl: string, events: number): Promise<number> {
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
      if (eventsProjected !== events) throw new Error(`${name} projected ${eventsProjected} of ${events} events`);
    }
    return seconds;
  } finally {
    await Promise.all(runners.map((runner) => runner.stop()));
    await pool.end();
  }
}
