import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from '../system/free-port.js';

const ENTRY = 'dist/libs/testing/src/eventstoredb-stand-in/server/main.js';

/**
 * Test equipment, never started by the product: a small server that speaks the published protocol of EventStoreDB as far
 * as the product uses it, and behaves as a real 23.10 was observed to. It is a process of its own, so that it can really
 * be killed and stopped, with its log in a file.
 */
export class EventStoreDbStandIn {
  #process: ChildProcess | null = null;

  private constructor(
    private readonly directory: string,
    private readonly port: number,
  ) {}

  static async start(): Promise<EventStoreDbStandIn> {
    const standIn = new EventStoreDbStandIn(await mkdtemp(join(tmpdir(), 'keyledger-esdb-')), await freePort());
    await standIn.launch();
    return standIn;
  }

  get url(): string {
    return `esdb://127.0.0.1:${this.port}?tls=false`;
  }

  get pid(): number {
    const pid = this.#process?.pid;
    if (pid === undefined) throw new Error('the stand-in does not run');
    return pid;
  }

  /** Starts it again on the same port and log; for a while it may answer that it is not ready. */
  async launch({ notReadyForMs = 0 }: { readonly notReadyForMs?: number } = {}): Promise<void> {
    const args = [resolve(ENTRY), String(this.port), join(this.directory, 'log.ndjson'), String(notReadyForMs)];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#process = child;
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`the stand-in ended with ${String(code)}`);
    });
    await Promise.race([once(child.stdout, 'data'), ended]);
    ended.catch(() => undefined);
  }

  /** Like a power cut: nothing is finished, nothing more is written. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child === null) return;
    this.#process = null;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  /** Its connections stay open and say nothing, until `thaw`. */
  freeze(): void {
    process.kill(this.pid, 'SIGSTOP');
  }

  thaw(): void {
    process.kill(this.pid, 'SIGCONT');
  }

  /** Kills it and throws its log away. */
  async dispose(): Promise<void> {
    await this.kill();
    await rm(this.directory, { recursive: true, force: true });
  }
}
