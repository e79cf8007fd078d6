import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { compileCache } from './templates.js';

export interface ProductProcessOptions {
  /** The compiled entry, such as `dist/apps/projector/src/main.js`. */
  readonly entry: string;
  /** Its settings; of the test's own environment it gets nothing that would change how it runs. */
  readonly env: Readonly<Record<string, string>>;
  /** Where what it prints is appended to. */
  readonly logFile: string;
}

const READY_WITHIN_MS = 180_000;

/** One built process of the product, as the scripts run it. */
export class ProductProcess {
  readonly #child: ChildProcess;
  /** With its exit code, null where a signal ended it. */
  readonly #exited: Promise<number | null>;

  constructor(private readonly options: ProductProcessOptions) {
    const child = spawn(process.execPath, [...nodeFlags(), resolve(options.entry)], {
      env: { ...cleanEnvironment(), ...compileCache(), ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log = createWriteStream(options.logFile, { flags: 'a' });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    child.once('close', () => log.end());
    this.#exited = new Promise((exited) => child.once('exit', (code) => exited(code)));
    this.#child = child;
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the process did not start');
    return this.#child.pid;
  }

  /** Waits until it has ended by itself. */
  ended(): Promise<number | null> {
    return this.#exited;
  }

  /** Ends it and waits until it is gone, also where a test that failed has left it stopped. */
  async kill(signal: NodeJS.Signals): Promise<number | null> {
    this.#child.kill(signal);
    // A stopped process takes no other signal than SIGKILL before it goes on.
    this.#child.kill('SIGCONT');
    return this.#exited;
  }

  /** Such as SIGSTOP, which it outlives. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** @throws Error with the end of the log when it ends before `/readyz` of that URL is 200, or takes too long */
  async ready(url: string): Promise<void> {
    const deadline = Date.now() + READY_WITHIN_MS;
    while (Date.now() < deadline) {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null)
        throw new Error(`the process ended:\n${await this.#endOfLog()}`);
      const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
      await answer?.body?.cancel();
      if (answer?.status === 200) return;
      await delay(50);
    }
    this.#child.kill('SIGKILL');
    throw new Error(`the process was not ready in time:\n${await this.#endOfLog()}`);
  }

  async #endOfLog(): Promise<string> {
    return (await readFile(this.options.logFile, 'utf8')).slice(-4_000);
  }
}

function nodeFlags(): readonly string[] {
  const flags: unknown = JSON.parse(readFileSync('scripts/node-flags.json', 'utf8'));
  const { always, heap } = flags as { readonly always: readonly string[]; readonly heap: readonly string[] };
  return [...always, ...heap];
}

/** What tests are run with must not change how the product runs. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const ours = new Set(['NODE_OPTIONS', 'KEYLEDGER_TEST_POSTGRES', 'KEYLEDGER_TEST_TEMPLATES']);
  const rest = Object.entries(process.env).filter(([name]) => !ours.has(name));
  return { ...Object.fromEntries(rest), NODE_ENV: 'production' };
}
