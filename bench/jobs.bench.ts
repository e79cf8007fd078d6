import type { BenchContext } from './bench-context.js';
import type { BenchRow } from './bench-row.js';
import { median } from './event-store/median.js';
import { GraphileWorkerJobs } from './jobs/graphile-worker-jobs.js';
import { wholeJobsRate, type JobRig } from './jobs/job-rig.js';
import { OwnJobs } from './jobs/own-jobs.js';
import { PgBossJobs } from './jobs/pg-boss-jobs.js';

const CONCURRENCY = 16;
const ROUNDS = 3;
const JOBS = 1_000;
const WARM_UP_JOBS = 200;
const GOAL = 0.5;

const RIGS: Readonly<Record<string, (url: string) => Promise<JobRig>>> = {
  own: (url) => OwnJobs.open(url),
  'pg-boss': (url) => PgBossJobs.open(url),
  'graphile-worker': (url) => GraphileWorkerJobs.open(url),
  'pg-boss by 20': (url) => PgBossJobs.open(url, 20),
  'graphile-worker, local queue': (url) => GraphileWorkerJobs.open(url, true),
};

/**
 * Submit, lease, complete over the library path, the projections included that it leans on, beside two queues that are
 * rows in a table; in turn, on the same Postgres. Each by itself: all jobs are submitted, then all are worked off.
 */
export async function run({ postgresUrl, log }: BenchContext): Promise<BenchRow[]> {
  const rates = new Map(Object.keys(RIGS).map((name) => [name, [] as number[]]));
  for (let round = 1; round <= ROUNDS; round++) {
    for (const [name, open] of Object.entries(RIGS)) {
      const rig = await open(postgresUrl);
      try {
        await wholeJobsRate(rig, WARM_UP_JOBS, CONCURRENCY);
        await rig.settle();
        const rate = await wholeJobsRate(rig, JOBS, CONCURRENCY);
        const ended = performance.now();
        await rig.settle();
        const left = Math.round(performance.now() - ended);
        log(`jobs: round ${round}: ${name}: ${Math.round(rate)} jobs/s, and ${left} ms until all was projected`);
        rates.get(name)?.push(rate);
      } finally {
        await rig.close();
      }
    }
  }
  const rateOf = (name: string): number => median(rates.get(name) ?? []);
  const fastest = ['pg-boss', 'graphile-worker'].sort((a, b) => rateOf(b) - rateOf(a))[0] ?? '';
  const batched = ['pg-boss by 20', 'graphile-worker, local queue'].map((n) => `${n} ${Math.round(rateOf(n))}`);
  const [measured, yardstickValue] = [rateOf('own'), rateOf(fastest)];
  const ratio = measured / yardstickValue;
  return [
    {
      path: `submit, lease, complete in process, ${CONCURRENCY} at once (batched, for comparison: ${batched.join(', ')})`,
      ...{ measured, unit: 'jobs/s', yardstick: fastest, yardstickValue, ratio },
      ...{ goal: `${GOAL} times the yardstick`, met: ratio >= GOAL },
    },
  ];
}
