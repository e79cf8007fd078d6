import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { createPool } from '#libs/postgres';
import { readUsage, sumOfFigures, type ReadModelTables, type UsageQuestion } from '#libs/read-models';
import type { BenchContext } from './bench-context.js';
import type { BenchRow } from './bench-row.js';
import { emptyDatabase } from './projection/catch-up.js';
import { FIRST_SECOND, JOBS, syntheticUsage } from './usage/synthetic-usage.js';

const READS_EACH = 50;
const GOAL_MS = 100;
const DAY_MS = 86_400_000;
const START_MS = FIRST_SECOND * 1_000;
/** In the middle of a quarter, so that both ends of what the API asks for by itself are cut from one. */
const NOW_MS = START_MS + 30 * DAY_MS - 400_000;

const BY_ITSELF: UsageQuestion = {
  ...{ from: NOW_MS - 30 * DAY_MS, to: NOW_MS, granularity: 'day', timeZone: 'UTC' },
  ...{ byPolicyType: false, byKey: false, keyId: null },
};
const QUESTIONS: readonly { readonly what: string; readonly question: UsageQuestion }[] = [
  { what: 'as asked by itself', question: BY_ITSELF },
  { what: 'by the hour', question: { ...BY_ITSELF, granularity: 'hour' } },
  { what: 'by the day of Berlin', question: { ...BY_ITSELF, timeZone: 'Europe/Berlin' } },
  {
    what: 'by the day of Kathmandu, type and key',
    question: { ...BY_ITSELF, timeZone: 'Asia/Kathmandu', byPolicyType: true, byKey: true },
  },
  {
    what: 'by the month of St. John’s, all time',
    question: { ...BY_ITSELF, from: 0, granularity: 'month', timeZone: 'America/St_Johns' },
  },
  { what: 'one key, by the hour', question: { ...BY_ITSELF, granularity: 'hour', keyId: 'ak_3' } },
];

/**
 * Questions about an organization with 1,000,000 jobs in 30 days, each of one attempt, of 4 types, by 10 keys and by people.
 * The rows are inserted as the projection would leave them: what is measured is the query.
 */
export async function run({ postgresUrl, log }: BenchContext): Promise<BenchRow[]> {
  await prepare(postgresUrl, log);
  const pool = createPool({ ownerUrl: postgresUrl, role: 'api', max: 1, onIdleError: () => undefined });
  const database = new Kysely<ReadModelTables>({ dialect: new PostgresDialect({ pool }) });
  try {
    const times: number[] = [];
    for (const { what, question } of QUESTIONS) {
      const own: number[] = [];
      for (let read = 0; read < READS_EACH; read++) own.push(await millisecondsToRead(database, question));
      log(`usage: ${what}: ${own.toSorted((a, b) => a - b)[READS_EACH >> 1]?.toFixed(1)} ms at the median`);
      times.push(...own);
    }
    const measured = times.sort((a, b) => a - b)[Math.ceil(times.length * 0.99) - 1] ?? Number.NaN;
    return [
      {
        path: 'usage of 30 days with 1,000,000 jobs, by hour, day or month of several time zones, p99',
        ...{ measured, unit: 'ms', yardstick: null, yardstickValue: null, ratio: null },
        ...{ goal: `under ${GOAL_MS} ms`, met: measured < GOAL_MS },
      },
    ];
  } finally {
    await database.destroy();
  }
}

async function prepare(ownerUrl: string, log: BenchContext['log']): Promise<void> {
  await emptyDatabase(ownerUrl);
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    for (const statement of syntheticUsage) await client.query(statement);
    const { rows } = await client.query<{ buckets: string }>(
      'select count(*) as buckets from read_models.usage_buckets',
    );
    log(`usage: ${JOBS} jobs in ${rows[0]?.buckets} buckets are there`);
  } finally {
    await client.end();
  }
}

async function millisecondsToRead(database: Kysely<ReadModelTables>, question: UsageQuestion): Promise<number> {
  const started = performance.now();
  const answer = await readUsage(database, 'org_0', question, { now: NOW_MS, limit: 10_000 });
  const milliseconds = performance.now() - started;
  const { completed } = sumOfFigures(answer?.rows.map(({ figures }) => figures) ?? []);
  if (question.from === 0 && completed < (BigInt(JOBS) * 99n) / 100n)
    throw new Error(`only ${completed} jobs were found`);
  return milliseconds;
}
