import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

interface Job {
  readonly container?: string;
  readonly 'timeout-minutes'?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly steps: readonly { readonly uses?: string; readonly run?: string }[];
}

const { jobs } = parse(readFileSync('.github/workflows/ci.yml', 'utf8')) as {
  jobs: Readonly<Record<'test' | 'compose', Job>>;
};
const scriptOf = ({ steps }: Job): string => steps.map(({ run = '' }) => run).join('\n');
const { scripts, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as Readonly<
  Record<'scripts' | 'devDependencies', Record<string, string>>
>;

it('runs `npm test` on the pinned Node', () => {
  expect(jobs.test.container).toBe(`node:${devDependencies['node']}`);
  expect(jobs.test.steps.map(({ run }) => run)).toContain('npm test');
});

it('runs the contract and the end-to-end suite against the EventStoreDB of the compose file', () => {
  const script = scriptOf(jobs.compose);
  const { services, name } = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as {
    services: object;
    name: string;
  };
  const [, host = ''] = /EVENT_STORE_TEST_URL='esdb:\/\/([^:]+):2113/.exec(script) ?? [];
  expect(services).toHaveProperty([host]);
  expect(script).toContain(`--network ${name}_default`);
  expect(script).toContain(`node:${devDependencies['node']} bash`);
  const [, contract = ''] = /--selectProjects int --testPathPatterns (\S+)/.exec(script) ?? [];
  expect(existsSync(`${contract}/src/event-store-db-event-store.int.spec.ts`)).toBe(true);
  expect(script).toMatch(/--selectProjects e2e'$/m);
});

it('names only scripts and files that there are', () => {
  const script = Object.values(jobs).map(scriptOf).join('\n');
  const named = [...script.matchAll(/npm run (\S+)/g)].map(([, found = '']) => found);
  expect(named.length).toBeGreaterThan(0);
  for (const found of named) expect(scripts).toHaveProperty([found]);
  for (const [, file = ''] of script.matchAll(/(?:-f|sh) (\S+\.(?:yml|sh))/g)) {
    expect([file, existsSync(file)]).toEqual([file, true]);
  }
});

it('starts both forms of the compose file, and lets nothing run for ever', () => {
  const script = scriptOf(jobs.compose);
  for (const up of ['docker compose --profile metrics up', 'docker compose -f docker-compose.production.yml up']) {
    expect(script).toMatch(new RegExp(`^${up.replaceAll('.', '\\.')} .*--wait-timeout \\d+`, 'm'));
  }
  for (const job of Object.values(jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0);
});
