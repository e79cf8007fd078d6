import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { ApiClient, eventually, freePort, StartedSystem } from '#libs/testing';

const MAIN = 'examples/worker/src/main.ts';
const QUICK = { pages: ['Insured: Hale Freight LLC\nPremium: 1,250 USD', 'Limit: 2,000,000 USD'] };
/** Far longer than any test waits. */
const ENDLESS = { pages: ['a: b', 'c: d'], seconds_per_page: 3_600 };

let system: StartedSystem;
let key: string;
beforeAll(async () => {
  system = await StartedSystem.start({ env: { RATE_LIMIT_RPS: '0' } });
  key = String((await admin().post('/v1/api-keys', { name: 'worker', preset: 'worker' })).body['secret']);
  const result_schema = { type: 'object', required: ['premium'] };
  await admin().request('PUT', '/v1/policy-types/auto', { body: { title: 'Auto', result_schema } });
});
afterEach(() => Promise.all([...RunningWorker.all].map((worker) => worker.stop('SIGKILL'))));
afterAll(() => system.dispose());

it('completes jobs with what they spent, and fails what it cannot read or what the schema refuses', async () => {
  const jobs = await Promise.all(Array.from({ length: 10 }, () => submit(QUICK)));
  const [unreadable, against] = [await submit({ pages: 'none' }), await submit({ pages: ['Limit: 1 USD'] })];
  const worker = RunningWorker.start();
  for (const id of jobs)
    expect(await ended(id)).toMatchObject({
      status: 'completed',
      attempts: 1,
      result: { insured: 'Hale Freight LLC', premium: '1,250 USD', limit: '2,000,000 USD' },
      usage: { input_tokens: 10, output_tokens: 10, cost_usd: '0.000180' },
    });
  expect(await ended(unreadable)).toMatchObject({ status: 'failed', error: { code: 'unreadable_document' } });
  expect(await ended(against)).toMatchObject({ status: 'failed', attempts: 1, error: { code: 'invalid_result' } });
  expect(await worker.stop('SIGTERM')).toBe(0);
});

it('drops a cancelled job at its next heartbeat and has what it spent recorded', async () => {
  const worker = RunningWorker.start();
  const id = await submit({ pages: Array<string>(100).fill('Insured: Hale'), seconds_per_page: 2 });
  await eventually('it in work', async () => ((await job(id))['status'] === 'processing' ? true : null));
  expect((await admin().post(`/v1/jobs/${id}/cancel`)).status).toBe(200);
  const dropped = new RegExp(`${id} attempt 1: dropped: (cancelled|lease_lost)`);
  await eventually('the job dropped', () => (dropped.test(worker.output) ? true : null));
  const spent = await eventually('what it spent', async () => {
    const { usage } = (await job(id)) as { readonly usage?: { readonly input_tokens: number } };
    return usage !== undefined && usage.input_tokens > 0 ? usage : null;
  });
  // 2 for each page of the few that it can have read.
  expect(spent.input_tokens % 2).toBe(0);
  expect(await job(id)).toMatchObject({ status: 'cancelled', attempts: 1, result: null });
  expect(await worker.stop('SIGINT')).toBe(0);
});

it('finishes what it holds when it is told to stop, and takes no more', async () => {
  const worker = RunningWorker.start({ KEYLEDGER_CONCURRENCY: '2' });
  const held = [await submit({ ...QUICK, seconds_per_page: 2 }), await submit({ ...QUICK, seconds_per_page: 2 })];
  for (const id of held)
    await eventually('it in work', async () => ((await job(id))['status'] === 'processing' ? true : null));
  const left = await submit(QUICK);
  expect(await worker.stop('SIGTERM')).toBe(0);
  for (const id of held) expect(await job(id)).toMatchObject({ status: 'completed', attempts: 1 });
  expect(await job(left)).toMatchObject({ status: 'queued', attempts: 0 });
  const next = RunningWorker.start();
  await ended(left);
  expect(await next.stop('SIGTERM')).toBe(0);
});

it('gives back what it cannot finish within a lease of being told to stop', async () => {
  const worker = RunningWorker.start();
  const id = await submit(ENDLESS);
  await eventually('it in work', async () => ((await job(id))['status'] === 'processing' ? true : null));
  expect(await worker.stop('SIGTERM')).toBe(0);
  const { status, error, attempt_history: history } = await job(id);
  expect({ status, error }).toMatchObject({ status: 'pending', error: { code: 'worker_stopped' } });
  expect(history).toMatchObject([{ attempt: 1, outcome: 'failed' }]);
  expect((await admin().post(`/v1/jobs/${id}/cancel`)).status).toBe(200);
});

it('drops a job whose lease it has slept away', async () => {
  const worker = RunningWorker.start();
  const id = await submit(ENDLESS);
  await eventually('it in work', async () => ((await job(id))['status'] === 'processing' ? true : null));
  worker.signal('SIGSTOP');
  await eventually('the loss', async () => {
    const [first] = (await job(id))['attempt_history'] as readonly { readonly outcome: string | null }[];
    return first?.outcome === 'lease_expired' ? true : null;
  });
  expect((await admin().post(`/v1/jobs/${id}/cancel`)).status).toBe(200);
  worker.signal('SIGCONT');
  await eventually('it dropped', () => (worker.output.includes(`${id} attempt 1: dropped: `) ? true : null));
  expect(await worker.stop('SIGTERM')).toBe(0);
});

it('ends when it is told to also where nobody answers', async () => {
  const worker = RunningWorker.start({ KEYLEDGER_URL: `http://127.0.0.1:${await freePort()}` });
  await eventually('a first failure', () => (worker.output.includes(', again in ') ? true : null));
  expect(await worker.stop('SIGTERM')).toBe(0);
  expect(worker.output).toMatch(/\nstopped\n$/);
});

it('lives through a restart of the product, and ends each job once', async () => {
  const jobs = await Promise.all(Array.from({ length: 6 }, () => submit({ ...QUICK, seconds_per_page: 1.5 })));
  const worker = RunningWorker.start();
  await eventually('work begun', async () => ((await job(jobs[0] ?? ''))['status'] === 'processing' ? true : null));
  await system.kill('SIGKILL');
  await system.launch();
  for (const id of jobs) {
    const { attempt_history: history } = await ended(id);
    const outcomes = (history as readonly { readonly outcome: string }[]).map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === 'completed')).toHaveLength(1);
  }
  expect(worker.output).toContain(', again in ');
  expect(await worker.stop('SIGTERM')).toBe(0);
});

it('ends with what was refused where its key may not work', async () => {
  const { body } = await admin().post('/v1/api-keys', { name: 'no worker', scopes: ['jobs:read'] });
  const worker = RunningWorker.start({ KEYLEDGER_KEY: String(body['secret']) });
  expect(await worker.ended).toBe(1);
  expect(worker.output).toContain('403 insufficient_scope');
});

function admin(): ApiClient {
  return new ApiClient(system.url, system.session.admin_token);
}

async function submit(input: object): Promise<string> {
  const { status, body } = await admin().post('/v1/jobs', { policy_type: 'auto', input });
  expect(status).toBe(202);
  return String(body['id']);
}

async function job(id: string): Promise<Readonly<Record<string, unknown>>> {
  return (await admin().get(`/v1/jobs/${id}`)).body;
}

function ended(id: string): Promise<Readonly<Record<string, unknown>>> {
  return eventually(`the end of ${id}`, async () => {
    const now = await job(id);
    return now['status'] === 'completed' || now['status'] === 'failed' ? now : null;
  });
}

/** The example as its own README starts it: from its source, without a build. */
class RunningWorker {
  /** Those that have not ended. */
  static readonly all = new Set<RunningWorker>();
  output = '';
  readonly ended: Promise<number | null>;

  private constructor(private readonly child: ChildProcess) {
    RunningWorker.all.add(this);
    this.ended = once(child, 'close').then(([code]) => {
      RunningWorker.all.delete(this);
      return code as number | null;
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => void (this.output += chunk.toString()));
  }

  static start(environment: Readonly<Record<string, string>> = {}): RunningWorker {
    const own = { KEYLEDGER_URL: system.url, KEYLEDGER_KEY: key, KEYLEDGER_LEASE_SECONDS: '10' };
    const env = { PATH: process.env['PATH'], ...own, ...environment };
    return new RunningWorker(spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  stop(signal: NodeJS.Signals): Promise<number | null> {
    this.child.kill(signal);
    return this.ended;
  }
}
