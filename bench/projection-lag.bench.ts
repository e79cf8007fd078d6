import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { API_KEY_STREAM_PREFIX } from '#libs/domain';
import { NO_STREAM, type EventStore } from '#libs/event-store';
import { EventStoreDbEventStore } from '#libs/event-store-eventstoredb';
import { PostgresEventStore } from '#libs/event-store-postgres';
import { SILENT, type Logger } from '#libs/observability';
import { createPool, roleUrl } from '#libs/postgres';
import { CheckpointWaiter, ProjectionHost } from '#libs/projections';
import { ApiKeyHistoryProjection, ApiKeysProjection, AuditLogProjection } from '#libs/read-models';
import type { BenchContext } from './bench-context.js';
import type { BenchRow } from './bench-row.js';
import { emptyDatabase } from './projection/catch-up.js';
import { syntheticLog, type SyntheticAppend } from './projection/synthetic-log.js';

const PER_SECOND = 500;
const SECONDS = 12;
const WARM_UP_SECONDS = 2;
const GOAL_MS = 100;
const PROJECTIONS = [
  () => new ApiKeysProjection(),
  () => new ApiKeyHistoryProjection(),
  () => new AuditLogProjection(),
];

/** From an append's answer to the moment when the last of the three read models has it, at an even 500 appends a second. */
export async function run({ postgresUrl, log }: BenchContext): Promise<BenchRow[]> {
  const onPostgres = (logger: Logger) => PostgresEventStore.open({ ownerUrl: postgresUrl, logger });
  const rows = [await lagOn('Postgres', onPostgres, { postgresUrl, log })];
  const url = process.env['EVENT_STORE_TEST_URL'];
  if (url === undefined) {
    log('projection-lag: on EventStoreDB LEFT OUT: EVENT_STORE_TEST_URL names none');
    return rows;
  }
  const onEventStoreDb = (logger: Logger) => EventStoreDbEventStore.open({ url, logger });
  return [...rows, await lagOn('EventStoreDB', onEventStoreDb, { postgresUrl, log })];
}

async function lagOn(
  name: string,
  open: (logger: Logger) => Promise<EventStore>,
  { postgresUrl, log }: Pick<BenchContext, 'postgresUrl' | 'log'>,
): Promise<BenchRow> {
  await emptyDatabase(postgresUrl);
  // A subscription that was interrupted is the first thing to know of a lag.
  const warnings: string[] = [];
  const logger: Logger = { ...SILENT, warn: (_, message) => warnings.push(message) };
  const eventStore = await open(logger);
  const pool = createPool({
    ...{ ownerUrl: postgresUrl, role: 'projector', max: 9, statementTimeoutMs: 30_000 },
    onIdleError: () => undefined,
  });
  const waiter = new CheckpointWaiter({ url: roleUrl(postgresUrl, 'api'), logger });
  const hosts = PROJECTIONS.map((projection) => new ProjectionHost({ projection, eventStore, pool, logger }));
  try {
    for (const host of hosts) host.start();
    while (!hosts.every((host) => host.status().caughtUp)) await delay(50);
    const lags = await measure(eventStore, waiter);
    const at = (share: number): number => lags[Math.ceil(lags.length * share) - 1] ?? 0;
    log(`projection-lag on ${name}: p50 ${at(0.5).toFixed(0)} ms, p99 ${at(0.99).toFixed(0)} ms of ${lags.length}`);
    for (const warning of new Set(warnings)) {
      log(`projection-lag on ${name}: ${warnings.filter((other) => other === warning).length} times "${warning}"`);
    }
    return {
      path: `append to visible in all three read models, p99, ${PER_SECOND} appends a second on ${name}`,
      ...{ measured: at(0.99), unit: 'ms', yardstick: null, yardstickValue: null, ratio: null },
      ...{ goal: `${GOAL_MS} ms`, met: at(0.99) < GOAL_MS },
    };
  } finally {
    await Promise.all([waiter.close(), ...hosts.map((host) => host.stop())]);
    await Promise.all([pool.end(), eventStore.close()]);
  }
}

/** Begun on time whether or not those before are through, so that a slow moment is felt by all that fall into it. */
async function measure(eventStore: EventStore, waiter: CheckpointWaiter): Promise<readonly number[]> {
  const lags: number[] = [];
  const versions = PROJECTIONS.map((projection) => projection());
  const run = randomUUID().slice(0, 8);
  const one = async (warm: boolean, stream: string, events: Parameters<EventStore['append']>[2]): Promise<void> => {
    const result = await eventStore.append(stream, NO_STREAM, events);
    if (result.outcome !== 'stored') throw new Error('an append to a new stream was refused');
    const answered = performance.now();
    const seen = await Promise.all(versions.map((projection) => waiter.waitFor(projection, result.position, 10_000)));
    if (seen.includes(false)) throw new Error('an event was not visible after 10 s');
    if (warm) lags.push(performance.now() - answered);
  };
  // Made beforehand: a load that is made while it is measured takes a tenth of the processor that it is measured on.
  const keys = syntheticLog({ lineages: PER_SECOND * SECONDS, organizations: 50, order: 'scattered' });
  const appends: SyntheticAppend[] = [];
  for (const append of keys) {
    if (appends.push(ofThisRun(append, run, appends.length)) === PER_SECOND * SECONDS) break;
  }
  const started = performance.now();
  const pending: Promise<void>[] = [];
  for (const [n, { stream, events }] of appends.entries()) {
    const early = started + (n * 1_000) / PER_SECOND - performance.now();
    if (early > 0) await delay(early);
    pending.push(one(n > PER_SECOND * WARM_UP_SECONDS, stream, events));
  }
  await Promise.all(pending);
  return lags.sort((a, b) => a - b);
}

/** A lineage of its own in every run, for an EventStoreDB is not emptied. */
function ofThisRun(append: SyntheticAppend, run: string, number: number): SyntheticAppend {
  const lineage = append.stream.slice(API_KEY_STREAM_PREFIX.length);
  const own = `${run}${String(number).padStart(8, '0')}`;
  const { stream, expected, events } = JSON.parse(JSON.stringify(append).replaceAll(lineage, own)) as SyntheticAppend;
  return { stream, expected, events: events.map((event) => ({ ...event, id: randomUUID() })) };
}
