import { StartedSystem } from '#libs/testing';
import type { BenchContext } from './bench-context.js';
import type { BenchRow } from './bench-row.js';
import { HttpCalls } from './create-key/http-calls.js';
import { productDatabase } from './create-key/product-database.js';
import { benchEvent } from './event-store/bench-event.js';
import { median } from './event-store/median.js';
import { PlainInserts } from './event-store/plain-inserts.js';

const IN_FLIGHT = 64;
const ROUNDS = 3;
const ROUND_MS = 4_000;
const READS = 300;
const GOAL_PER_SECOND = 2_000;
const GOAL_VISIBLE_MS = 100;

/** Creating keys over HTTP on the whole embedded product, each with an `Idempotency-Key`, and how soon a read shows them. */
export async function run({ log }: BenchContext): Promise<BenchRow[]> {
  const system = await StartedSystem.start({ env: { RATE_LIMIT_RPS: '0', LOG_LEVEL: 'warn' } });
  const calls = new HttpCalls(system.url, `Bearer ${system.session.admin_token}`, IN_FLIGHT);
  const plain = new PlainInserts(await productDatabase(system.dataDir, 'postgres'));
  try {
    await plain.prepare();
    await createRate(calls, 2_000);
    const rates: { created: number[]; inserted: number[] } = { created: [], inserted: [] };
    for (let round = 1; round <= ROUNDS; round++) {
      const created = await createRate(calls, ROUND_MS);
      const inserted = await plain.rate(ROUND_MS, benchEvent);
      log(
        `create-key: round ${round}: ${Math.round(created)} created, ${Math.round(inserted)} plain rows inserted a second`,
      );
      rates.created.push(created);
      rates.inserted.push(inserted);
    }
    const visible = await visibleAfter(calls);
    const [measured, yardstickValue] = [median(rates.created), median(rates.inserted)];
    return [
      {
        path: `POST /v1/api-keys with an idempotency key, ${IN_FLIGHT} in flight`,
        ...{ measured, unit: 'keys/s', yardstick: 'single-row INSERT, COMMIT by 16 connections', yardstickValue },
        ...{ ratio: measured / yardstickValue, goal: `${GOAL_PER_SECOND} a second`, met: measured >= GOAL_PER_SECOND },
      },
      {
        path: `a read with X-Min-Log-Position shows a key, p99 after the answer, ${IN_FLIGHT} clients creating and reading`,
        ...{ measured: visible, unit: 'ms', yardstick: null, yardstickValue: null, ratio: null },
        ...{ goal: `${GOAL_VISIBLE_MS} ms`, met: visible <= GOAL_VISIBLE_MS },
      },
    ];
  } finally {
    calls.close();
    await plain.close();
    await system.dispose();
  }
}

let keys = 0;

async function createRate(calls: HttpCalls, ms: number): Promise<number> {
  const started = performance.now();
  let created = 0;
  const client = async (): Promise<void> => {
    while (performance.now() - started < ms) {
      await create(calls);
      created++;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, client));
  return (created / (performance.now() - started)) * 1_000;
}

async function create(calls: HttpCalls): Promise<{ readonly id: string; readonly logPosition: string }> {
  const number = keys++;
  const body = JSON.stringify({ name: `key ${number}`, scopes: ['jobs:read', 'jobs:write'] });
  const { status, logPosition, text } = await calls.call(
    'POST',
    '/v1/api-keys',
    { 'idempotency-key': `bench-${number}` },
    body,
  );
  if (status !== 201) throw new Error(`a key was not created: ${status}`);
  const created = JSON.parse(text) as { id: string };
  return { id: created.id, logPosition };
}

/** The 99th percentile of the time from a creation's answer to the answer of a read that shows it, milliseconds. */
async function visibleAfter(calls: HttpCalls): Promise<number> {
  const times: number[] = [];
  const client = async (): Promise<void> => {
    while (times.length < READS) {
      const { id, logPosition } = await create(calls);
      const answered = performance.now();
      const read = await calls.call('GET', `/v1/api-keys/${id}`, { 'x-min-log-position': logPosition });
      if (read.status !== 200) throw new Error(`a key that was created is not shown: ${read.status}`);
      times.push(performance.now() - answered);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, client));
  return times.sort((a, b) => a - b)[Math.ceil(times.length * 0.99) - 1] ?? 0;
}
