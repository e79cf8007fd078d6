import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { presentKey, toSeconds } from '#libs/domain';
import { PostgresEventStore } from '#libs/event-store-postgres';
import { SILENT } from '#libs/observability';
import { createPool } from '#libs/postgres';
import { ApiKeyHistoryProjection, listApiKeysAsOf, type ApiKeyFilter, type ReadModelTables } from '#libs/read-models';
import type { BenchContext } from './bench-context.js';
import type { BenchRow } from './bench-row.js';
import { emptyDatabase, fill, secondsToCatchUp } from './projection/catch-up.js';
import { EVENTS_PER_LINEAGE, MS_PER_EVENT, START_MS, syntheticLog } from './projection/synthetic-log.js';

const LINEAGES = 10_000;
const EVENTS = LINEAGES * EVENTS_PER_LINEAGE;
const READS_EACH = 200;
const GOAL_MS = 50;

const ALL: ApiKeyFilter = { statuses: null, type: null, environment: null, q: null };
/** Those that find little have to look at every key that there was. */
const LISTS = [
  { what: 'newest first', filter: ALL },
  { what: 'by status', filter: { ...ALL, statuses: ['suspended', 'expired'] } },
  { what: 'by a name that few have', filter: { ...ALL, q: 'service 00000000000005' } },
  { what: 'by a name that none has', filter: { ...ALL, q: 'nobody' } },
] as const satisfies readonly { readonly what: string; readonly filter: ApiKeyFilter }[];

/** Lists of keys as of instants all over an organization's life, each from a page anywhere, as the API asks for them. */
export async function run({ postgresUrl, log }: BenchContext): Promise<BenchRow[]> {
  await prepare(postgresUrl);
  log(`as-of: ${EVENTS} events are there`);
  const pool = createPool({ ownerUrl: postgresUrl, role: 'api', max: 1, onIdleError: () => undefined });
  const database = new Kysely<ReadModelTables>({ dialect: new PostgresDialect({ pool }) });
  try {
    const times: number[] = [];
    for (const { what, filter } of LISTS) {
      const own: number[] = [];
      for (let read = 0; read < READS_EACH; read++) own.push(await millisecondsToList(database, filter));
      log(`as-of: ${what}: ${own.toSorted((a, b) => a - b)[READS_EACH >> 1]?.toFixed(1)} ms at the median`);
      times.push(...own);
    }
    const measured = times.sort((a, b) => a - b)[Math.ceil(times.length * 0.99) - 1] ?? Number.NaN;
    return [
      {
        path: 'list of keys as of any instant, p99, an organization of 10,000 keys, each rotated once, and 100,000 events',
        ...{ measured, unit: 'ms', yardstick: null, yardstickValue: null, ratio: null },
        ...{ goal: `under ${GOAL_MS} ms`, met: measured < GOAL_MS },
      },
    ];
  } finally {
    await database.destroy();
  }
}

async function prepare(ownerUrl: string): Promise<void> {
  await emptyDatabase(ownerUrl);
  const eventStore = await PostgresEventStore.open({ ownerUrl, logger: SILENT });
  try {
    await fill(eventStore, syntheticLog({ lineages: LINEAGES, organizations: 1, order: 'lived' }));
    await secondsToCatchUp({ eventStore, ownerUrl, projections: [new ApiKeyHistoryProjection()], events: EVENTS });
  } finally {
    await eventStore.close();
  }
  // As autovacuum does a minute later.
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  await client.query('vacuum analyze');
  await client.end();
}

async function millisecondsToList(database: Kysely<ReadModelTables>, filter: ApiKeyFilter): Promise<number> {
  const at = START_MS + Math.floor(Math.random() * EVENTS * MS_PER_EVENT);
  const beforeSeq = Math.random() < 0.5 ? null : Math.ceil(Math.random() * EVENTS);
  const started = performance.now();
  const keys = await listApiKeysAsOf(database, 'org_0', filter, { limit: 51, beforeSeq }, at);
  keys.forEach(({ key }) => presentKey(key, toSeconds(at), null));
  return performance.now() - started;
}
