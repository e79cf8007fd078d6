import { StartedSystem } from '#libs/testing';
import type { BenchContext } from './bench-context.js';
import type { BenchRow } from './bench-row.js';
import { median } from './event-store/median.js';
import { JobsOverHttp } from './jobs/jobs-over-http.js';

const WORKERS = 32;
const BATCH = 20;
const ROUNDS = 3;
const ROUND_MS = 5_000;
/** Enough that every worker finds its batch. */
const MOST_AHEAD = 2 * WORKERS * BATCH;
const GOAL_PER_SECOND = 1_000;
const SUBMISSIONS = 300;
const SUBMIT_EVERY_MS = 20;
const GOAL_MS = 50;

/** Jobs over HTTP on the whole embedded product: how many, and how soon a worker that waits has one. */
export async function run({ log }: BenchContext): Promise<BenchRow[]> {
  const system = await StartedSystem.start({ env: { RATE_LIMIT_RPS: '0', LOG_LEVEL: 'warn' } });
  const admin = system.session.admin_token;
  const jobs = new JobsOverHttp(system.url, admin, await JobsOverHttp.prepare(system.url, admin), WORKERS);
  try {
    await jobs.rate(2_000, WORKERS, BATCH, MOST_AHEAD);
    const times = await jobs.submitToLease(SUBMISSIONS, WORKERS, SUBMIT_EVERY_MS);
    const at = (share: number): number => times[Math.ceil(times.length * share) - 1] ?? Number.NaN;
    log(
      `jobs-http: submit to lease: p50 ${at(0.5).toFixed(1)}, p90 ${at(0.9).toFixed(1)}, p99 ${at(0.99).toFixed(1)} ms`,
    );
    const rates: number[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      rates.push(await jobs.rate(ROUND_MS, WORKERS, BATCH, MOST_AHEAD));
      log(`jobs-http: round ${round}: ${Math.round(rates.at(-1) ?? 0)} whole jobs a second`);
    }
    const measured = median(rates);
    return [
      {
        path: `whole jobs over HTTP, ${WORKERS} clients and ${WORKERS} workers leasing ${BATCH} at a time`,
        ...{ measured, unit: 'jobs/s', yardstick: null, yardstickValue: null, ratio: null },
        ...{ goal: `${GOAL_PER_SECOND} a second`, met: measured >= GOAL_PER_SECOND },
      },
      {
        path: `from sending a submission to its lease, ${WORKERS} workers waiting, p99`,
        ...{ measured: at(0.99), unit: 'ms', yardstick: null, yardstickValue: null, ratio: null },
        ...{ goal: `under ${GOAL_MS} ms`, met: at(0.99) < GOAL_MS },
      },
    ];
  } finally {
    jobs.close();
    await system.dispose();
  }
}
