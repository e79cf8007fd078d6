import { EventStoreDBClient, NO_STREAM as UNWRITTEN, jsonEvent } from '@eventstore/db-client';
import { NO_STREAM } from '#libs/event-store';
import { EventStoreDbEventStore } from '#libs/event-store-eventstoredb';
import { SILENT } from '#libs/observability';
import type { BenchContext } from './bench-context.js';
import type { BenchRow } from './bench-row.js';
import { benchEvent } from './event-store/bench-event.js';
import { median } from './event-store/median.js';

const IN_FLIGHT = 64;
const ROUNDS = 15;
const ROUND_MS = 1_000;
const GOAL = 0.9;

/** Single events through the adapter, each to a stream of its own, against the bare client, in turn on the same server. */
export async function run({ log }: BenchContext): Promise<BenchRow[]> {
  const url = process.env['EVENT_STORE_TEST_URL'];
  if (url === undefined) {
    log('append-eventstoredb: LEFT OUT: EVENT_STORE_TEST_URL names no EventStoreDB');
    return [];
  }
  const store = await EventStoreDbEventStore.open({ url, logger: SILENT });
  const bare = EventStoreDBClient.connectionString(url);
  const throughAdapter = async (number: number): Promise<void> => {
    const event = benchEvent(number);
    const result = await store.append(`apiKey-${event.id}`, NO_STREAM, [event]);
    if (result.outcome !== 'stored') throw new Error('an append to a new stream was refused');
  };
  const throughClient = async (number: number): Promise<void> => {
    const { id, type, data, metadata } = benchEvent(number);
    const event = jsonEvent({ id, type, data, metadata });
    await bare.appendToStream(`apiKey-${id}`, event, { expectedRevision: UNWRITTEN });
  };
  const rates: { adapter: number[]; client: number[] } = { adapter: [], client: [] };
  try {
    await rate(throughAdapter, 1_000);
    await rate(throughClient, 1_000);
    for (let round = 1; round <= ROUNDS; round++) {
      const [adapter, client] = [await rate(throughAdapter, ROUND_MS), await rate(throughClient, ROUND_MS)];
      log(
        `append-eventstoredb: round ${round}: ${Math.round(adapter)} by the adapter, ${Math.round(client)} by the client`,
      );
      rates.adapter.push(adapter);
      rates.client.push(client);
    }
  } finally {
    await bare.dispose();
    await store.close();
  }
  const [measured, yardstickValue] = [median(rates.adapter), median(rates.client)];
  const ratio = measured / yardstickValue;
  const path = `append of single events through the EventStoreDB adapter, ${IN_FLIGHT} in flight`;
  const yardstick = 'the bare client, as many in flight';
  return [
    { path, measured, unit: 'events/s', yardstick, yardstickValue, ratio, goal: `${GOAL} of it`, met: ratio >= GOAL },
  ];
}

/** Appends a second while asked for `ms` milliseconds. */
async function rate(append: (number: number) => Promise<void>, ms: number): Promise<number> {
  const started = performance.now();
  let appended = 0;
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      while (performance.now() - started < ms) {
        await append(appended);
        appended++;
      }
    }),
  );
  return (appended / (performance.now() - started)) * 1_000;
}
