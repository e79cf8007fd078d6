import { spawnSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { clusterUrl } from '#libs/embedded-postgres';
import { ApiClient, eventually, StartedSystem } from '#libs/testing';

let system: StartedSystem;
let receiver: Server;
/** The `webhook-id` and the number of everything that came. */
const received: { readonly id: string; readonly sequence: number }[] = [];

beforeAll(async () => {
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push(JSON.parse(Buffer.concat(chunks).toString()) as { id: string; sequence: number });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  system = await StartedSystem.start({ env: { WEBHOOK_ALLOW_HTTP: 'true', WEBHOOK_ALLOWED_CIDRS: '127.0.0.0/8' } });
});
afterAll(async () => {
  await system.dispose();
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
});

/** The built program as `npm run` starts it, beside the running product. */
function run(environment: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const program = 'dist/apps/operator/src/cli/webhooks.js';
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    env: environment,
    encoding: 'utf8',
    timeout: 180_000,
  });
  return { status, stdout, stderr };
}
const beside = (...args: readonly string[]) => run({ DATA_DIR: system.dataDir }, ...args);
const admin = () => new ApiClient(system.url, system.session.admin_token);

async function asOwner(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: await clusterUrl(`${system.dataDir}/postgres`, 'keyledger') });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

it('shows what waits, and has sent what was lost, under its first number, while everything runs', async () => {
  const { port } = receiver.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/`;
  const made = await admin().post('/v1/webhooks', { url, events: ['api_key.created'] });
  expect(made.status).toBe(201);
  for (const name of ['one', 'two', 'three']) await admin().post('/v1/api-keys', { name });
  await eventually('all deliveries', () => (received.length === 3 ? true : null));
  const [lost] = received.filter(({ sequence }) => sequence === 2);

  const status = JSON.parse(beside('status', '--json').stdout) as object;
  expect(status).toMatchObject({
    fan_out: { state: 'running', asked_send_from: null },
    endpoints: { active: 1, paused: 0, disabled: 0 },
  });
  expect(beside('status').stdout).toMatch(/^fan-out +running +at \d+ .*\ndeliveries .*\nendpoints +1 active/);

  await eventually('all in the history', async () => {
    const id = String(made.body['id']);
    const { body } = await admin().get(`/v1/webhooks/${id}/deliveries?status=delivered`);
    return (body['data'] as unknown[]).length === 3 ? true : null;
  });
  await asOwner(`delete from webhooks.history where sequence = 2`);
  expect(beside('send-from', 'beginning')).toEqual({
    status: 0,
    stdout: expect.stringMatching(
      /^asked for: .* after 0,.*\n(folded .*\n)*the log was folded again; .* after 0 is sent\n$/,
    ) as string,
    stderr: '',
  });
  await eventually('the lost one', () => (received.length > 3 ? true : null));
  await admin().post('/v1/api-keys', { name: 'four' });
  await eventually('the next one', () => (received.length > 4 ? true : null));
  expect(received.slice(3)).toMatchObject([{ id: lost?.id, sequence: 2 }, { sequence: 4 }]);
  expect(new Set(received.map(({ id }) => id)).size).toBe(4);
});

it('says what is wrong, on standard error, and ends with 1', () => {
  const nowhere = { DATABASE_URL: 'postgres://nobody:nothing@127.0.0.1:1/nothing' };
  const failures: readonly (readonly [ReturnType<typeof run>, RegExp])[] = [
    [beside(), /usage/],
    [beside('send-from'), /usage/],
    [beside('send-from', '-1'), /-1 is no position/],
    [beside('status', 'now'), /usage/],
    [run({ DATA_DIR: '/nowhere' }, 'status'), /holds no Postgres/],
    [run(nowhere, 'status'), /does not answer/],
  ];
  for (const [{ status, stdout, stderr }, problem] of failures) {
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(problem);
  }
});
