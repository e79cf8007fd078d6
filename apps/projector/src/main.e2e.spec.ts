import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedPostgres } from '#libs/embedded-postgres';

const PROJECTIONS = 2;
let directory: string;
let server: EmbeddedPostgres;
const started: ChildProcess[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyledger-projector-'));
  server = await EmbeddedPostgres.start({ directory });
});
afterEach(() => started.splice(0).forEach((process) => process.kill('SIGKILL')));
afterAll(async () => {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

/** The built projector, and how often it has said each message. */
class Projector {
  readonly #said = new Map<string, number>();
  readonly process: ChildProcess;

  constructor(url: string) {
    const env = { ...process.env, DATABASE_URL: url, LOG_LEVEL: 'info', NODE_OPTIONS: '' };
    this.process = spawn('node', [resolve('dist/apps/projector/src/main.js')], { env, stdio: ['ignore', 'pipe', 2] });
    started.push(this.process);
    if (this.process.stdout === null) throw new Error('the projector has no output');
    createInterface(this.process.stdout).on('line', (line) => {
      const { msg } = JSON.parse(line) as { msg: string };
      this.#said.set(msg, (this.#said.get(msg) ?? 0) + 1);
    });
  }

  async says(message: string): Promise<void> {
    while ((this.#said.get(message) ?? 0) < PROJECTIONS) {
      if (this.process.exitCode !== null) throw new Error(`the projector ended before it said: ${message}`);
      await delay(20);
    }
  }

  async ends(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    const exit = once(this.process, 'exit');
    this.process.kill(signal);
    await exit;
    return this.process.exitCode;
  }
}

it('stops cleanly when it is told to: cut short after 9 s it would end with 1', async () => {
  const projector = new Projector(await server.database('stopped'));
  await projector.says('projection running');
  expect(await projector.ends('SIGTERM')).toBe(0);
});

it('takes over from an owner that was killed', async () => {
  const url = await server.database('taken_over');
  const owner = new Projector(url);
  await owner.says('projection running');
  const standby = new Projector(url);
  await standby.says('projection on standby');

  await owner.ends('SIGKILL');
  await standby.says('projection running');
  expect(await standby.ends('SIGTERM')).toBe(0);
});
