import { NO_STREAM } from '#libs/event-store';
import { PostgresEventStore, eventStoreMigrations } from '#libs/event-store-postgres';
import { SILENT } from '#libs/observability';
import { migrate } from '#libs/postgres';
import type { BenchContext } from './bench-context.js';
import type { BenchRow } from './bench-row.js';
import { benchEvent } from './event-store/bench-event.js';
import { median } from './event-store/median.js';
import { PlainInserts } from './event-store/plain-inserts.js';

const IN_FLIGHT = 256;
const ROUNDS = 5;
const ROUND_MS = 3_000;
const GOAL = 2.5;

/** Single events through the adapter, each to a stream of its own, against plain inserts, in turn on the same server. */
export async function run({ postgresUrl, log }: BenchContext): Promise<BenchRow[]> {
  await migrate(postgresUrl, eventStoreMigrations);
  const store = await PostgresEventStore.open({ ownerUrl: postgresUrl, logger: SILENT });
  const plain = new PlainInserts(postgresUrl);
  await plain.prepare();
  const rates: { appended: number[]; inserted: number[] } = { appended: [], inserted: [] };
  try {
    await appendRate(store, 1_000);
    await plain.rate(1_000, benchEvent);
    for (let round = 1; round <= ROUNDS; round++) {
      const appended = await appendRate(store, ROUND_MS);
      const inserted = await plain.rate(ROUND_MS, benchEvent);
      log(`append: round ${round}: ${Math.round(appended)} appended, ${Math.round(inserted)} inserted a second`);
      rates.appended.push(appended);
      rates.inserted.push(inserted);
    }
  } finally {
    await plain.close();
    await store.close();
  }
  const [measured, yardstickValue] = [median(rates.appended), median(rates.inserted)];
  const ratio = measured / yardstickValue;
  const path = `append of single events through the Postgres adapter, ${IN_FLIGHT} in flight`;
  const yardstick = 'single-row INSERT, COMMIT by 16 connections into a plain table';
  const goal = `${GOAL} times the yardstick`;
  return [{ path, measured, unit: 'events/s', yardstick, yardstickValue, ratio, goal, met: ratio >= GOAL }];
}

async function appendRate(store: PostgresEventStore, ms: number): Promise<number> {
  const started = performance.now();
  let appended = 0;
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      while (performance.now() - started < ms) {
        const event = benchEvent(appended);
        const result = await store.append(`apiKey-${event.id}`, NO_STREAM, [event]);
        if (result.outcome !== 'stored') throw new Error('an append to a new stream was refused');
        appended++;
      }
    }),
  );
  return (appended / (performance.now() - started)) * 1_000;
}
