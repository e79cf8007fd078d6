import { pause } from '#libs/lifecycle';
import { KeyledgerApi } from '../../../examples/worker/src/keyledger-api.ts';
import { Worker } from '../../../examples/worker/src/worker.ts';
import type { DemoApi } from './demo-api.js';
import type { DemoArguments } from './demo-arguments.js';
import { INPUT_SCHEMA, POLICY_TYPES, RESULT_SCHEMA, type Random } from './demo-documents.js';
import { DemoJobs } from './demo-jobs.js';
import { makeDemoKeys } from './demo-keys.js';
import { demoWork } from './demo-work.js';
import type { ProgressDisplay } from './progress-display.js';

export interface DemoOptions extends DemoArguments {
  /** As an admin. */
  readonly api: DemoApi;
  readonly random: Random;
  readonly display: ProgressDisplay;
  /** Told by it, the demo submits no more, finishes what is in work, and cancels the rest. */
  readonly stop: AbortSignal;
}

/** So that a worker at a stop finishes what it holds: a document is read in less. */
const LEASE_SECONDS = 15;
const CONCURRENCY = 8;
/** Retries of the last jobs included, the longest of which begins after some 25 s. */
const LAST_JOBS_WITHIN_MS = 5 * 60_000;

/** Fills a started product with keys, policy types and jobs, by the API alone, and works on the jobs as a worker does. */
export async function demo({ api, random, display, stop, minutes, jobs }: DemoOptions): Promise<void> {
  for (const { type, title, priority } of POLICY_TYPES) {
    const body = { title, input_schema: INPUT_SCHEMA, result_schema: RESULT_SCHEMA, defaults: { priority } };
    await api.call('PUT', `/v1/policy-types/${type}`, body);
  }
  const { submitters, workerSecret } = await makeDemoKeys(api);
  const made = new DemoJobs(submitters, random);
  display.say(`${api.url}: ${jobs} jobs within ${minutes} minutes`);

  const over = new AbortController();
  const ending = AbortSignal.any([stop, over.signal]);
  const working = startWorker(api.url, workerSecret, random, ending);
  const submitting = submitAll(made, { jobs, minutes, display, random, stop: ending });
  try {
    await Promise.race([working, submitting]);
  } finally {
    over.abort();
    await Promise.allSettled([working, submitting]);
  }
  const cancelled = await made.cancelOpen();
  if (cancelled > 0) display.say(`cancelled ${cancelled} jobs that had not ended`);
  const byStatus = [...(await made.byStatus())].map(([status, count]) => `${count} ${status}`).join(', ');
  display.say(`${made.submitted} jobs: ${byStatus || 'none'}`);
}

/** What goes well is shown by the product; only what a worker has to try again is worth a line here. */
function startWorker(url: string, key: string, random: Random, stop: AbortSignal): Promise<void> {
  const log = (line: string): void => void (line.startsWith('POST ') && process.stderr.write(`demo: ${line}\n`));
  const worker = new Worker({
    ...{ api: new KeyledgerApi({ url, key, log }), work: demoWork(random), concurrency: CONCURRENCY, log },
    ...{ workerId: 'demo', leaseSeconds: LEASE_SECONDS, policyTypes: POLICY_TYPES.map(({ type }) => type) },
  });
  return worker.run(stop);
}

/** Until all have ended. */
async function submitAll(
  made: DemoJobs,
  { jobs, minutes, display, random, stop }: Omit<DemoOptions, 'api'>,
): Promise<void> {
  const begun = performance.now();
  const apartMs = (minutes * 60_000) / jobs;
  let lookedAt = 0;
  for (let index = 0; index < jobs && !stop.aborted; index++) {
    await made.submitOne();
    if (performance.now() - lookedAt > 1_000) {
      lookedAt = performance.now();
      display.show({ submitted: made.submitted, ended: made.submitted - (await made.open()), jobs });
    }
    const nextAt = begun + apartMs * (index + 0.5 + random());
    if (index + 1 < jobs) await pause(Math.max(0, nextAt - performance.now()), stop);
  }
  await made.allEnded(
    LAST_JOBS_WITHIN_MS,
    (open) => display.show({ submitted: made.submitted, ended: made.submitted - open, jobs }),
    stop,
  );
}
