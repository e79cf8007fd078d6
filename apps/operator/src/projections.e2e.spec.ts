import { spawnSync } from 'node:child_process';
import { StartedSystem } from '#libs/testing';

let system: StartedSystem;
beforeAll(async () => {
  system = await StartedSystem.start();
});
afterAll(() => system.dispose());

/** The built program as `npm run` starts it, beside the running product. */
function run(environment: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const program = 'dist/apps/operator/src/cli/projections.js';
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    env: environment,
    encoding: 'utf8',
    timeout: 180_000,
  });
  return { status, stdout, stderr };
}
const beside = (...args: readonly string[]) => run({ DATA_DIR: system.dataDir }, ...args);

it('shows how the projections stand, also by URL and token', () => {
  const { status, stdout } = beside('status');
  expect(status).toBe(0);
  const names = ['api-key-history', 'api-keys', 'audit-log', 'jobs', 'policy-types', 'usage', 'webhooks'];
  for (const name of names) expect(stdout).toMatch(new RegExp(`^${name} `, 'm'));
  const named = { KEYLEDGER_URL: system.url, PLATFORM_TOKEN: system.session.platform_token };
  expect(JSON.parse(run(named, 'status', '--json').stdout)).toMatchObject(names.map((name) => ({ name })));
});

it('rebuilds a read model and waits until it serves', () => {
  expect(beside('rebuild', 'audit-log')).toEqual({
    status: 0,
    stdout: expect.stringMatching(
      /^rebuild of audit-log asked for\n(rebuild .*\n)*audit-log serves .* generation 2\n$/,
    ) as string,
    stderr: '',
  });
});

it('says what is wrong, on standard error, and ends with 1', () => {
  const failures: readonly (readonly [ReturnType<typeof run>, RegExp])[] = [
    [beside(), /usage/],
    [beside('rebuild'), /usage/],
    [beside('rebuild', 'nothing'), /404: There is no projection nothing/],
    [beside('unpark', 'api-keys', 'apiKey-x'), /404: That projection has no such stream parked/],
    [run({ DATA_DIR: '/nowhere' }, 'status'), /There is no \/nowhere\/session.json/],
    [run({ KEYLEDGER_URL: system.url }, 'status'), /must be set together/],
    [run({ KEYLEDGER_URL: system.url, PLATFORM_TOKEN: 'wrong' }, 'status'), /answered 401/],
    [
      run({ KEYLEDGER_URL: 'http://127.0.0.1:1', PLATFORM_TOKEN: 'x' }, 'status'),
      /does not answer: .*(refused|bad port)/,
    ],
  ];
  for (const [{ status, stdout, stderr }, problem] of failures) {
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(problem);
  }
});
