import { BEGINNING, NO_STREAM } from '#libs/event-store';
import { PostgresEventStore, eventStoreMigrations } from '#libs/event-store-postgres';
import { SILENT } from '#libs/observability';
import { migrate } from '#libs/postgres';
import type { BenchContext } from './bench-context.js';
import type { BenchRow } from './bench-row.js';
import { benchEvent } from './event-store/bench-event.js';
import { median } from './event-store/median.js';
import { plainReadRate } from './event-store/plain-read-rate.js';

const EVENTS = 200_000;
const EVENTS_PER_STREAM = 10;
const STREAMS_AT_ONCE = 400;
const ROUNDS = 5;
const PAGE_SIZE = 2_000;
const GOAL = 250_000;

/** The whole log from its beginning, page by page, every event parsed, with and without a filter that lets all pass. */
export async function run({ postgresUrl, log }: BenchContext): Promise<BenchRow[]> {
  await migrate(postgresUrl, eventStoreMigrations);
  const store = await PostgresEventStore.open({ ownerUrl: postgresUrl, logger: SILENT });
  try {
    await fill(store);
    log(`read-log: ${EVENTS} events are there`);
    const rows: BenchRow[] = [];
    for (const [how, prefixes] of [
      ['', undefined],
      [', through a filter of four prefixes', ['job-', 'webhook-', 'audit-', 'apiKey-']],
    ] as const) {
      await readRate(store, prefixes);
      const [rates, plain]: [number[], number[]] = [[], []];
      for (let round = 0; round < ROUNDS; round++) {
        rates.push(await readRate(store, prefixes));
        plain.push(await plainReadRate(postgresUrl, PAGE_SIZE));
      }
      log(`read-log${how}: ${rates.map(Math.round).join(', ')} a second; plain: ${plain.map(Math.round).join(', ')}`);
      const [measured, yardstickValue] = [median(rates), median(plain)];
      rows.push({
        ...{ path: `read of the whole log${how}`, measured, unit: 'events/s', yardstickValue },
        ...{ yardstick: 'the same rows by plain SQL, unparsed', ratio: measured / yardstickValue },
        ...{ goal: `${GOAL} a second on a quiet machine`, met: measured >= GOAL },
      });
    }
    return rows;
  } finally {
    await store.close();
  }
}

async function fill(store: PostgresEventStore): Promise<void> {
  const perRound = STREAMS_AT_ONCE * EVENTS_PER_STREAM;
  for (let first = 0; first < EVENTS; first += perRound) {
    await Promise.all(
      Array.from({ length: STREAMS_AT_ONCE }, (_, stream) => {
        const events = Array.from({ length: EVENTS_PER_STREAM }, (_, n) => benchEvent(first + stream * 10 + n));
        return store.append(`apiKey-${first + stream}`, NO_STREAM, events);
      }),
    );
  }
}

async function readRate(store: PostgresEventStore, prefixes: readonly string[] | undefined): Promise<number> {
  const started = performance.now();
  let [after, events, caughtUp] = [BEGINNING, 0, false];
  while (!caughtUp) {
    const page = await store.readAll({ after, limit: PAGE_SIZE, ...(prefixes === undefined ? {} : { prefixes }) });
    events += page.events.length;
    ({ position: after, caughtUp } = page);
  }
  if (events !== EVENTS) throw new Error(`${events} of ${EVENTS} events were read`);
  return (events / (performance.now() - started)) * 1_000;
}
