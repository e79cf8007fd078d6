import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { eventually } from '../eventually.js';
import { freePort } from '../system/free-port.js';

const STAND_IN = 'dist/libs/testing/src/eventstoredb-stand-in/server/main.js';

/** Starts a real server in the foreground, insecure, with `{port}` and `{directory}` for where; see docs/contributing.md. */
const COMMAND = process.env['EVENT_STORE_TEST_COMMAND'] ?? null;

/**
 * A server of one test's own, which can be killed, frozen and started again on its log: the stand-in, or a real one where
 * `EVENT_STORE_TEST_COMMAND` is set. Both are processes of their own, so that what happens to them is real.
 *
 * The stand-in is test equipment and never started by the product: it speaks the published protocol of EventStoreDB as
 * far as the product uses it, and behaves as a 23.10 was observed to.
 */
export class EventStoreDbServer {
  #process: ChildProcess | null = null;

  private constructor(
    private readonly directory: string,
    private readonly port: number,
    private readonly leader: EventStoreDbServer | null,
  ) {}

  static async start(): Promise<EventStoreDbServer> {
    return EventStoreDbServer.#start(null);
  }

  /** A node that answers nothing but who leads: always the stand-in, for what a follower says is all that is tried of it. */
  async startFollower(): Promise<EventStoreDbServer> {
    return EventStoreDbServer.#start(this);
  }

  static async #start(leader: EventStoreDbServer | null): Promise<EventStoreDbServer> {
    const directory = await mkdtemp(join(tmpdir(), 'keyledger-esdb-'));
    const server = new EventStoreDbServer(directory, await freePort(), leader);
    await server.launch();
    return server;
  }

  static get isReal(): boolean {
    return COMMAND !== null;
  }

  get url(): string {
    return `esdb://127.0.0.1:${this.port}?tls=false`;
  }

  /** Of a cluster in which this is the only node that is there. */
  get clusterUrl(): string {
    return `esdb://127.0.0.1:1,127.0.0.1:${this.port}?tls=false`;
  }

  get pid(): number {
    const pid = this.#process?.pid;
    if (pid === undefined) throw new Error('the server does not run');
    return pid;
  }

  /** Starts it again on the same port and log. Like a real one, which takes its time, the stand-in may not be ready yet. */
  async launch({ notReadyForMs = 0 }: { readonly notReadyForMs?: number } = {}): Promise<void> {
    const child =
      COMMAND === null || this.leader !== null ? this.#spawnStandIn(notReadyForMs) : this.#spawnReal(COMMAND);
    this.#process = child;
    await eventually('a server that listens', async () => {
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
      return (await this.#listens()) ? true : null;
    });
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

  #spawnStandIn(notReadyForMs: number): ChildProcess {
    const leaderPort = (this.leader ?? this).port;
    const args = [this.port, join(this.directory, 'log.ndjson'), notReadyForMs, leaderPort].map(String);
    return spawn(process.execPath, [resolve(STAND_IN), ...args], { stdio: ['pipe', 'inherit', 'inherit'] });
  }

  #spawnReal(command: string): ChildProcess {
    const filled = command.replaceAll('{port}', String(this.port)).replaceAll('{directory}', this.directory);
    return spawn('sh', ['-c', `exec ${filled}`], { stdio: 'ignore' });
  }

  async #listens(): Promise<boolean> {
    const socket = connect(this.port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return true;
    } catch {
      return false;
    } finally {
      socket.destroy();
    }
  }
}
