import pg from 'pg';
import type { BenchContext } from './bench-context.js';
import type { BenchRow } from './bench-row.js';
import { median } from './event-store/median.js';
import { fillWithJobs } from './jobs/fill-with-jobs.js';
import { wholeJobsRate } from './jobs/job-rig.js';
import { OwnJobs } from './jobs/own-jobs.js';

const CONCURRENCY = 16;
const RUNS = 5;
const JOBS_EACH = 300;
const FEW = 10_000;
const GOAL = 1.25;

/** What a whole job costs where few were before it and where very many were, two logs in turn on the same Postgres. */
export async function run({ postgresUrl, mostJobs: jobs, log }: BenchContext): Promise<BenchRow[]> {
  const other = new URL(postgresUrl);
  other.pathname += '_many';
  await createDatabase(postgresUrl, other.pathname.slice(1));
  const few = await filled(postgresUrl, Math.min(FEW, jobs), log);
  const many = await filled(other.href, jobs, log);
  const costs: { few: number[]; many: number[] } = { few: [], many: [] };
  for (let run = 0; run < RUNS; run++) {
    for (const [name, url] of [
      ['few', few],
      ['many', many],
    ] as const) {
      const rig = await OwnJobs.open(url);
      try {
        await wholeJobsRate(rig, JOBS_EACH / 3, CONCURRENCY);
        await rig.settle();
        costs[name].push(1_000 / (await wholeJobsRate(rig, JOBS_EACH, CONCURRENCY)));
      } finally {
        await rig.close();
      }
    }
    log(
      `jobs-cost: run ${run + 1}: ${costs.few.at(-1)?.toFixed(2)} ms with few, ${costs.many.at(-1)?.toFixed(2)} with many`,
    );
  }
  const [measured, yardstickValue] = [median(costs.many), median(costs.few)];
  const ratio = measured / yardstickValue;
  return [
    {
      path: `time of a whole job behind ${jobs.toLocaleString('en')} others, ${CONCURRENCY} at once, median of ${RUNS} runs in turn`,
      ...{
        measured,
        unit: 'ms',
        yardstick: `behind ${Math.min(FEW, jobs).toLocaleString('en')}`,
        yardstickValue,
        ratio,
      },
      ...{ goal: `${GOAL} times the yardstick`, met: ratio <= GOAL },
    },
  ];
}

/** @returns the URL, once that many completed jobs are there and projected */
async function filled(url: string, jobs: number, log: BenchContext['log']): Promise<string> {
  const rig = await OwnJobs.open(url);
  const started = performance.now();
  try {
    await fillWithJobs(rig.store, jobs);
    await rig.settle();
  } finally {
    await rig.close();
  }
  log(`jobs-cost: ${jobs} jobs are there after ${Math.round((performance.now() - started) / 1_000)} s`);
  return url;
}

async function createDatabase(ownerUrl: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query(`create database ${name}`);
  } finally {
    await client.end();
  }
}
