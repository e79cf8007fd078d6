import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient, eventually, StartedSystem, type ApiAnswer } from '#libs/testing';
import { CrashWorker } from './testing/crash-worker.js';
import { postmasterOf } from './testing/postmaster.js';

const JOBS = 1_000;

let system: StartedSystem;
beforeAll(async () => {
  system = await StartedSystem.start({ env: { RATE_LIMIT_RPS: '0', LOG_LEVEL: 'warn' } });
});
afterAll(() => system.dispose());

const admin = (): ApiClient => new ApiClient(system.url, system.session.admin_token);
const operator = (): ApiClient => new ApiClient(system.url, system.session.platform_token);

it('ends each of 1,000 jobs exactly once, whatever is killed when, and counts what was spent', async () => {
  expect((await admin().request('PUT', '/v1/policy-types/auto', { body: { title: 'Auto' } })).status).toBe(201);
  await Promise.all(Array.from({ length: 20 }, () => submit(JOBS / 20)));
  const workers = Array.from({ length: 8 }, () => new CrashWorker(operator));
  const running = Promise.all(workers.map((worker) => worker.run()));
  try {
    for (const victim of ['product', 'postgres', 'product']) {
      await Promise.race([running, delay(700)]);
      if (victim === 'postgres') process.kill(await postmasterOf(system.dataDir), 'SIGKILL');
      await system.kill('SIGKILL');
      await system.launch();
    }
    await Promise.race([running, end()]);
  } finally {
    for (const worker of workers) worker.stop();
  }
  await running;

  const jobs = await allJobs();
  expect(jobs).toHaveLength(JOBS);
  for (const { id } of jobs) {
    const { body } = await admin().get(`/v1/jobs/${id}`);
    const attempts = body['attempt_history'] as readonly Attempt[];
    expect([body['id'], body['status'], body['result']]).toEqual([id, 'completed', { id }]);
    expect(attempts.filter(({ outcome }) => outcome === 'completed')).toHaveLength(1);
    expect(attempts.every(({ outcome }) => outcome !== null)).toBe(true);
    const spent = attempts.reduce((sum, { usage }) => sum + usage.input_tokens, 0);
    expect(body['usage']).toMatchObject({ input_tokens: spent, cost_usd: `0.${String(spent).padStart(6, '0')}` });
    expect(attempts.every(({ usage }) => usage.input_tokens <= 1)).toBe(true);
  }
  const acknowledged = workers.flatMap(({ completed }) => completed);
  expect(new Set(acknowledged).size).toBe(acknowledged.length);
  const reported = workers.reduce((sum, worker) => sum + worker.reported, 0);
  const recorded = jobs.reduce((sum, { usage }) => sum + usage.input_tokens, 0);
  // Of a report whose answer a crash swallowed, and whose lease was lost before it could be repeated, only the log knows.
  expect(recorded).toBeGreaterThanOrEqual(reported);

  const attempts = jobs.reduce((sum, job) => sum + job.attempts, 0);
  const own = { jobs: JOBS, attempts, input_tokens: recorded, cost_usd: `0.${String(recorded).padStart(6, '0')}` };
  expect(await usage()).toMatchObject(own);
  await rebuild('usage');
  expect(await usage()).toMatchObject(own);
});

/** Of all time, as of now: of everything that is in the log by then. */
async function usage(): Promise<unknown> {
  const written = await admin().request('PUT', '/v1/policy-types/last', { body: { title: randomUUID() } });
  const asOfNow = { 'x-min-log-position': written.headers.get('x-log-position') ?? '' };
  return eventually('usage as of now', async () => {
    const { status, body } = await admin().get('/v1/usage', asOfNow);
    return status === 200 ? (body['totals'] ?? null) : null;
  });
}

/** Until the tables that were made anew from the log serve. */
async function rebuild(name: string): Promise<void> {
  const generation = async (): Promise<number> => {
    const { body } = await operator().get('/v1/operator/projections');
    const projections = body['data'] as readonly { readonly name: string; readonly generation: number }[];
    return projections.find((projection) => projection.name === name)?.generation ?? 0;
  };
  const before = await generation();
  expect((await operator().post(`/v1/operator/projections/${name}/rebuild`)).status).toBe(202);
  await eventually(`new tables of ${name}`, async () => ((await generation()) > before ? true : null));
}

interface Attempt {
  readonly outcome: string | null;
  readonly usage: { readonly input_tokens: number };
}

interface Job {
  readonly id: string;
  readonly attempts: number;
  readonly usage: { readonly input_tokens: number };
}

async function submit(jobs: number): Promise<void> {
  for (let n = 0; n < jobs; n++) {
    const body = { policy_type: 'auto', input: { n }, max_attempts: 25 };
    const answer = await admin().post('/v1/jobs', body, { 'idempotency-key': randomUUID() });
    expect(answer.status).toBe(202);
  }
}

/** A lost attempt is noticed at the end of its lease and tried again after its back-off, perhaps more than once. */
async function end(): Promise<void> {
  for (const deadline = Date.now() + 400_000; Date.now() < deadline; await delay(250)) if (await allEnded()) return;
  throw new Error('the jobs never ended');
}

async function allEnded(): Promise<boolean> {
  const { status, body } = await admin()
    .get('/v1/jobs?status=pending,queued,processing&limit=1')
    .catch((): Partial<ApiAnswer> => ({}));
  return status === 200 && (body?.['data'] as readonly unknown[]).length === 0;
}

async function allJobs(): Promise<readonly Job[]> {
  const jobs: Job[] = [];
  for (let cursor = ''; ;) {
    const { body } = await admin().get(`/v1/jobs?limit=200${cursor}`);
    jobs.push(...(body['data'] as readonly Job[]));
    const next = body['next_cursor'];
    if (typeof next !== 'string') return jobs;
    cursor = `&cursor=${encodeURIComponent(next)}`;
  }
}
