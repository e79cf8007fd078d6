import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { OutboundGuard, Sender, signatureHeaders } from '#libs/outbound';
import { eventually } from '#libs/testing';

const README = readFileSync('examples/receiver/README.md', 'utf8');
const SECRET_OF_README = /^secret=(whsec_\S+)$/m.exec(README)?.[1] ?? '';
const keys = [randomBytes(32), randomBytes(32)];

const guard = new OutboundGuard({ allowHttp: true, allowedCidrs: ['127.0.0.1'], ports: [] });
let sender: Sender;
let child: ChildProcess;
let output: string;
let url: string;

beforeEach(async () => {
  sender = new Sender({ guard });
  const secrets = [...keys.map((key) => `whsec_${key.toString('base64')}`), SECRET_OF_README].join(' ');
  await start(secrets);
  url = await eventually('it to listen', () => /listening at (\S+)/.exec(output)?.[1] ?? null);
});
afterEach(async () => {
  await sender.close();
  child.kill('SIGKILL');
});

async function start(secrets: string): Promise<void> {
  const env = { PATH: process.env['PATH'], PORT: '0', KEYLEDGER_WEBHOOK_SECRET: secrets };
  output = '';
  child = spawn(process.execPath, ['examples/receiver/src/main.ts'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => void (output += String(chunk)));
}

/** What it writes comes by another way than its answers. */
function said(what: RegExp): Promise<true> {
  return eventually(`${what}`, () => (what.test(output) ? true : null));
}

interface Delivery {
  readonly id?: string;
  readonly sequence?: number | null;
  readonly signedWith?: readonly Buffer[];
  readonly timestampSeconds?: number;
  readonly headers?: Record<string, string>;
}

/** A delivery as Keyledger makes it. @returns the status of the answer */
async function deliver(delivery: Delivery = {}): Promise<number | null> {
  const { id = 'evt_1', sequence = null, signedWith = keys } = delivery;
  const { timestampSeconds = Math.floor(Date.now() / 1_000) } = delivery;
  const event = { id, type: 'job.completed', timestamp: '2025-01-01T00:00:00.000Z', org_id: 'org_1', sequence };
  const body = Buffer.from(JSON.stringify({ ...event, data: { id: 'job_ü' } }));
  const headers = { ...signatureHeaders({ id, timestampSeconds, body, keys: signedWith }), ...delivery.headers };
  return (await sender.send({ url, headers, body })).responseStatus;
}

it('takes what is signed with any live secret, and ends when it is told to', async () => {
  expect(await deliver({ id: 'evt_1' })).toBe(204);
  expect(await deliver({ id: 'evt_2', signedWith: keys.slice(1) })).toBe(204);
  expect(await deliver({ id: 'evt_3', signedWith: [randomBytes(32), ...keys] })).toBe(204);
  await sender.close();
  child.kill('SIGTERM');
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(output).toMatch(/\nevt_1 job\.completed: job_ü\nevt_2 job\.completed: job_ü\nevt_3 .*\nstopped\n$/);
});

it.each([
  ['another secret', { signedWith: [randomBytes(32)] }],
  ['no signature', { headers: { 'webhook-signature': '' } }],
  ['a signature of another version', { headers: { 'webhook-signature': 'v1a,AAAA' } }],
  ['an id of another', { headers: { 'webhook-id': 'evt_2' } }],
  ['an old timestamp', { timestampSeconds: Math.floor(Date.now() / 1_000) - 600 }],
  ['no number for a timestamp', { headers: { 'webhook-timestamp': 'now' } }],
])('refuses %s', async (_, delivery: Delivery) => {
  expect(await deliver(delivery)).toBe(401);
  await said(/refused: /);
  expect(output).not.toContain('job.completed');
});

it('does once what comes twice, also at the same moment', async () => {
  expect(await Promise.all([deliver(), deliver(), deliver()])).toEqual([204, 204, 204]);
  expect(await deliver({ headers: { 'webhook-redelivery': 'true' } })).toBe(204);
  await said(/(came again[^]*){3}/);
  expect(output.match(/job\.completed/g)).toHaveLength(1);
});

it('says what has not come, until it has', async () => {
  for (const sequence of [7, 9, null, 12, 8, 10, 11])
    expect(await deliver({ id: `evt_${sequence}`, sequence })).toBe(204);
  await said(/nothing is missing/);
  expect(output.match(/missing.*/g)).toEqual([
    ...['missing so far: 8', 'missing so far: 8, 10 to 11', 'missing so far: 10 to 11', 'missing so far: 11'],
    'missing',
  ]);
});

it('takes nothing but POST, and no flood', async () => {
  expect((await fetch(url)).status).toBe(405);
  const body = 'a'.repeat(2_000_000);
  const flood = await fetch(url, { method: 'POST', body }).then(
    ({ status }) => status,
    () => 413,
  );
  expect(flood).toBe(413);
  expect(await deliver()).toBe(204);
});

it('can be tried with openssl and curl, as its README says', async () => {
  const steps = /^```sh\n(secret=[^]*?)^```/m.exec(README)?.[1] ?? '';
  const env = { PATH: process.env['PATH'], RECEIVER_URL: url };
  const run = (script: string): string =>
    execFileSync('sh', ['-euc', script], { env, encoding: 'utf8', timeout: 60_000 });
  expect(run(steps.replace('curl', 'body="$body "\ncurl'))).toBe('401\n');
  expect(run(steps)).toBe('204\n');
  await said(/evt_00000000000000000000000000000001 job\.completed: job_1/);
});

it.each(['', 'secret', 'whsec_short'])('does not start with %j for a secret', async (secrets) => {
  child.kill('SIGKILL');
  await once(child, 'close');
  await start(secrets);
  expect(await once(child, 'close')).toEqual([1, null]);
  expect(output).toMatch(/whsec_…/);
});
