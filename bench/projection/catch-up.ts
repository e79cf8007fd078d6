import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { EventStore } from '#libs/event-store';
import { eventStoreMigrations } from '#libs/event-store-postgres';
import { SILENT } from '#libs/observability';
import { createPool, migrate } from '#libs/postgres';
import { ProjectionRunner, type Projection } from '#libs/projections';
import { readModelMigrations } from '#libs/read-models';
import type { SyntheticAppend } from './synthetic-log.js';

const AT_ONCE = 2_000;

/** Throws away what a benchmark before has left there. */
export async function emptyDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ name: string }>(
    `select quote_ident(nspname) as name from pg_namespace where nspname !~ '^(pg_|information_schema$|public$)'`,
  );
  if (rows.length > 0) await client.query(`drop schema ${rows.map(({ name }) => name).join(', ')} cascade`);
  await client.end();
  await migrate(url, [...eventStoreMigrations, ...readModelMigrations]);
}

export async function fill(store: EventStore, appends: Iterable<SyntheticAppend>): Promise<void> {
  let pending: Promise<unknown>[] = [];
  for (const { stream, expected, events } of appends) {
    pending.push(store.append(stream, expected, events));
    if (pending.length < AT_ONCE) continue;
    await Promise.all(pending);
    pending = [];
  }
  await Promise.all(pending);
}

export interface CatchUp {
  readonly eventStore: EventStore;
  readonly ownerUrl: string;
  readonly projections: readonly Projection[];
  /** Each must have projected so many. */
  readonly events: number;
}

/** How long the projections take, all at the same time, until the last of them is through. */
export async function secondsToCatchUp({ eventStore, ownerUrl, projections, events }: CatchUp): Promise<number> {
  const onIdleError = (): void => undefined;
  const max = projections.length + 1;
  const pool = createPool({ ownerUrl, role: 'projector', max, statementTimeoutMs: 30_000, onIdleError });
  const runners = projections.map(
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
