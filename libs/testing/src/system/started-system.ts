import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.js';

/** The parts of `session.json` that tests use. */
export interface Session {
  readonly url: string;
  readonly org_id: string;
  readonly org_slug: string;
  readonly admin_token: string;
  readonly platform_token: string;
}

export interface SystemOptions {
  /** Settings of the process beside PORT and DATA_DIR. */
  readonly env?: Readonly<Record<string, string>>;
  /** The compiled entry; default the product itself. */
  readonly entry?: string;
}

/** As `npm start` runs it. */
const NODE_FLAGS = ['--enable-source-maps', '--max-semi-space-size=16', '--max-old-space-size=320'];

const READY_WITHIN_MS = 60_000;

/**
 * The whole product as a user runs it: the built process with a data directory of its own, on real ports. It can be
 * killed and started again on the same data.
 */
export class StartedSystem {
  #process: ChildProcess | null = null;
  #session: Session | null = null;

  private constructor(
    readonly dataDir: string,
    private readonly port: number,
    private readonly options: SystemOptions,
  ) {}

  static async start(options: SystemOptions = {}): Promise<StartedSystem> {
    const dataDir = await mkdtemp(join(tmpdir(), 'keyledger-e2e-'));
    const system = new StartedSystem(dataDir, await freePort(), options);
    await system.launch();
    return system;
  }

  /** Of the newest start. */
  get session(): Session {
    if (this.#session === null) throw new Error('the system was not started');
    return this.#session;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    const pid = this.#process?.pid;
    if (pid === undefined) throw new Error('the system does not run');
    return pid;
  }

  /**
   * Starts the process and waits until it is ready; `options` hold for this start, over those of the system.
   * @throws Error with the end of its log when it ends before that
   */
  async launch(options: SystemOptions = {}): Promise<void> {
    const { env, entry = 'dist/apps/standalone/src/main.js' } = { ...this.options, ...options };
    const child = spawn(process.execPath, [...NODE_FLAGS, resolve(entry)], {
      env: { ...cleanEnvironment(), ...this.options.env, ...env, PORT: String(this.port), DATA_DIR: this.dataDir },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log = createWriteStream(join(this.dataDir, 'test.log'), { flags: 'a' });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    child.once('close', () => log.end());
    this.#process = child;
    await this.#ready(child);
    this.#session = JSON.parse(await readFile(join(this.dataDir, 'session.json'), 'utf8')) as Session;
  }

  /** Ends the process and waits until it is gone; returns its exit code, null where a signal ended it. */
  async kill(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#process;
    if (child === null) return null;
    this.#process = null;
    const gone = exited(child);
    child.kill(signal);
    return gone;
  }

  /** Waits until the process has ended by itself. */
  async ended(): Promise<number | null> {
    const child = this.#process;
    if (child === null) return null;
    this.#process = null;
    return exited(child);
  }

  /** Everything that the process has printed so far. */
  log(): Promise<string> {
    return readFile(join(this.dataDir, 'test.log'), 'utf8');
  }

  /** Stops the process and removes its data. */
  async dispose(): Promise<void> {
    await this.kill('SIGTERM');
    await rm(this.dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  async #ready(child: ChildProcess): Promise<void> {
    const deadline = Date.now() + READY_WITHIN_MS;
    while (Date.now() < deadline) {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`the system ended:\n${(await this.log()).slice(-4_000)}`);
      const answer = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
      await answer?.body?.cancel();
      if (answer?.status === 200) return;
      await delay(50);
    }
    child.kill('SIGKILL');
    throw new Error(`the system was not ready in time:\n${(await this.log()).slice(-4_000)}`);
  }
}

/** What tests are run with must not change how the product runs. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, KEYLEDGER_TEST_POSTGRES: _postgres, NODE_ENV: _env, ...rest } = process.env;
  return { ...rest, NODE_ENV: 'production', DEV_ISSUER: 'true' };
}

function exited(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}
