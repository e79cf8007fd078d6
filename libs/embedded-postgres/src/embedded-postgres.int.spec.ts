import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { EmbeddedPostgres } from './embedded-postgres.js';
import { PostmasterFile } from './postmaster-file.js';

let directory: string;
let notices: string[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyledger-pg-test-'));
  notices = [];
});
afterEach(() => rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));

it('keeps what it holds from one start to the next, behind a password and a socket of the owner alone', async () => {
  const first = await start();
  const url = await first.database('kept');
  await query(url, 'create table things as select 7 as thing');
  await first.stop();
  expect(await first.pid()).toBeNull();

  const second = await start();
  try {
    expect(await query(await second.database('kept'), 'select thing from things')).toEqual([{ thing: 7 }]);
    expect((await stat(join(directory, 'owner-password'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(directory, 'socket'))).mode & 0o777).toBe(0o700);
    const unknown = new URL(url);
    unknown.password = 'guessed';
    await expect(query(unknown.toString(), 'select 1')).rejects.toMatchObject({ code: '28P01' });
    expect(await query(url, 'show listen_addresses')).toEqual([{ listen_addresses: '' }]);
  } finally {
    await second.stop();
  }
});

it('starts again by itself when it is killed, with what was committed', async () => {
  const server = await start();
  try {
    const url = await server.database('kept');
    await query(url, 'create table things as select 7 as thing');
    process.kill(await runningPid(server), 'SIGKILL');
    await untilAnswered(url);
    expect(await query(url, 'select thing from things')).toEqual([{ thing: 7 }]);
    expect(notices.join()).toContain('starting it again');
  } finally {
    await server.stop();
  }
});

it('goes with the process that started it, however that ends', async () => {
  const parent = spawn(process.execPath, ['--input-type=module', '-e', PARENT, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'] },
  });
  await once(parent.stdout, 'data');
  const pid = Number.parseInt(await readFile(join(directory, 'data', 'postmaster.pid'), 'utf8'), 10);
  expect(isAlive(pid)).toBe(true);
  parent.kill('SIGKILL');
  while (isAlive(pid)) await delay(20);
});

it('neither waits for nor kills a stranger that has the number of a Postgres from before a crash', async () => {
  const first = await start();
  const url = await first.database('kept');
  await query(url, 'create table things as select 7 as thing');
  await first.stop();
  const stranger = spawn('sleep', ['600'], { stdio: 'ignore' });
  try {
    await writeFile(join(directory, 'data', 'postmaster.pid'), stalePidFile(stranger.pid ?? 0));
    const second = await start();
    expect(await query(url, 'select thing from things')).toEqual([{ thing: 7 }]);
    await second.stop();
    expect(stranger.signalCode).toBeNull();
    expect(isAlive(stranger.pid ?? 0)).toBe(true);
  } finally {
    stranger.kill('SIGKILL');
  }
});

it.each(['data/postmaster.pid', 'socket/.s.PGSQL.5432.lock'])(
  'starts beside the empty %s of one that was killed as it made it',
  async (path) => {
    const first = await start();
    await first.stop();
    await writeFile(join(directory, path), '');
    const second = await start();
    expect(await query(await second.database('postgres'), 'select 7 as thing')).toEqual([{ thing: 7 }]);
    await second.stop();
  },
);

it('ends nothing but its start when the cluster is broken, and leaves no process that tries on', async () => {
  const server = await start();
  await server.stop();
  await writeFile(join(directory, 'data', 'PG_VERSION'), '9.1\n');
  const refused: unknown = await EmbeddedPostgres.start({
    directory,
    onNotice: (notice) => notices.push(notice),
    readyWithinMs: 1_500,
  }).catch((error: unknown) => error);
  expect(refused).toMatchObject({ message: expect.stringContaining('postgres.log') as string });
  expect(notices.join()).toContain('FATAL:  database files are incompatible with server');
  const seen = notices.length;
  await delay(1_000);
  expect(notices).toHaveLength(seen);
});

it('takes no process of its own family for a Postgres, whatever its directory', async () => {
  await mkdir(join(directory, 'data'));
  const before = process.cwd();
  process.chdir(join(directory, 'data'));
  try {
    await writeFile(join(directory, 'data', 'postmaster.pid'), stalePidFile(process.pid));
    await expect(new PostmasterFile(join(directory, 'data')).running()).resolves.toBeNull();
  } finally {
    process.chdir(before);
  }
});

it('stops, and Postgres with it, when its supervisor was killed', async () => {
  const server = await start();
  const pid = await runningPid(server);
  process.kill(await parentOf(pid), 'SIGKILL');
  await server.stop();
  expect(await server.pid()).toBeNull();
  // It removes its file last of all, but is not gone by then; nobody of ours is left to wait for it.
  while (isAlive(pid)) await delay(20);
});

it('puts its socket elsewhere where the path is too long for one, and takes it away when it stops', async () => {
  const deep = join(directory, 'deep'.repeat(25));
  const server = await EmbeddedPostgres.start({ directory: deep });
  const socket = new URL(await server.database('kept')).searchParams.get('host') ?? '';
  try {
    expect(socket).toContain(join(tmpdir(), 'keyledger-pg-'));
    expect((await stat(socket)).mode & 0o777).toBe(0o700);
  } finally {
    await server.stop();
  }
  await expect(stat(socket)).rejects.toMatchObject({ code: 'ENOENT' });
});

const PARENT = `
  import { EmbeddedPostgres } from '${join(process.cwd(), 'dist/libs/embedded-postgres/src/index.js')}';
  await EmbeddedPostgres.start({ directory: process.argv[1] });
  console.log('started');
  setInterval(() => undefined, 1_000);
`;

/** As a Postgres that was killed leaves it: process, data directory, start, port, socket directory, and no shared memory. */
function stalePidFile(pid: number): string {
  return `${pid}\n${join(directory, 'data')}\n1700000000\n5432\n${join(directory, 'socket')}\n\n        0         0\nready   \n`;
}

function start(): Promise<EmbeddedPostgres> {
  return EmbeddedPostgres.start({ directory, onNotice: (notice) => notices.push(notice) });
}

async function runningPid(server: EmbeddedPostgres): Promise<number> {
  const pid = await server.pid();
  if (pid === null) throw new Error('no Postgres runs');
  return pid;
}

async function query(url: string, sql: string): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function untilAnswered(url: string): Promise<void> {
  for (;;) {
    const answered = await query(url, 'select 1').catch(() => null);
    if (answered !== null) return;
    await delay(50);
  }
}

/** Of a process of Linux. */
async function parentOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1]);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
