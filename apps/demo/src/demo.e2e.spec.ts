import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ApiClient, eventually, runToItsEnd, StartedSystem } from '#libs/testing';

const ENTRY = 'dist/apps/demo/src/cli/demo.js';

let system: StartedSystem;
beforeAll(async () => {
  system = await StartedSystem.start();
});
afterAll(() => system.dispose());

it('fills a started product with keys, policy types, jobs and usage', async () => {
  const { code, output } = await runToItsEnd(ENTRY, { DATA_DIR: system.dataDir }, '--minutes', '0.1', '--jobs', '12');
  expect({ code, output }).toMatchObject({
    code: 0,
    output: expect.stringMatching(/\n12 jobs: .*\d+ completed/) as string,
  });
  expect(output).toContain('100% 12 of 12 jobs ended, 0 open');

  const jobs = await list('/v1/jobs?limit=200');
  expect(jobs).toHaveLength(12);
  for (const { status } of jobs) expect(['completed', 'failed', 'cancelled']).toContain(status);
  const [completed] = jobs.filter(({ status }) => status === 'completed');
  expect(completed).toMatchObject({
    source: 'api',
    result: { policy_number: expect.stringMatching(/^[A-Z]{2}-\d+$/) as string },
  });
  expect(Number((completed?.['usage'] as Record<string, unknown>)['cost_usd'])).toBeGreaterThan(0);

  const statuses = (await list('/v1/api-keys')).map(({ status }) => status);
  expect(statuses).toEqual(expect.arrayContaining(['active', 'rotating', 'suspended', 'revoked']));
  expect(output).not.toContain('ak_live_');
});

it('finishes or cancels what it has begun at a Ctrl-C, which a terminal and npm both send', async () => {
  const known = (await list('/v1/jobs?limit=200')).length;
  const env = { PATH: process.env['PATH'], DATA_DIR: system.dataDir };
  const child = spawn(process.execPath, [ENTRY, '--minutes', '5', '--jobs', '3000'], { env, stdio: 'ignore' });
  const ended = once(child, 'close');
  try {
    await eventually('a job in work', async () =>
      (await list('/v1/jobs?status=processing')).length > 0 ? true : null,
    );
    child.kill('SIGINT');
    child.kill('SIGINT');
    expect((await ended)[0]).toBe(0);
  } finally {
    child.kill('SIGKILL');
  }
  const jobs = await list('/v1/jobs?limit=200');
  expect(jobs.length).toBeGreaterThan(known);
  expect(jobs.filter(({ finished_at: at }) => at === null)).toEqual([]);
});

it.each([
  ['nothing runs there', { DATA_DIR: '/nonexistent' }, 'There is no /nonexistent/session.json'],
  ['a URL without a token', { KEYLEDGER_URL: 'http://127.0.0.1:9' }, 'must be set together'],
])('says what is missing: %s', async (_, settings, message) => {
  const { code, output } = await runToItsEnd(ENTRY, settings);
  expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining(message) as string });
});

async function list(path: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { body } = await new ApiClient(system.url, system.session.admin_token).get(path);
  return body['data'] as readonly Readonly<Record<string, unknown>>[];
}
