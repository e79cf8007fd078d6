import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.js';
import { freePort } from './system/free-port.js';

/** Where Debian's package puts it, which the test set-up installs. */
const SERVER = '/usr/sbin/nats-server';

export const hasNatsServer = existsSync(SERVER);

/** Describes tests that need a server: they are skipped by name where none is installed, and fail in CI. */
export function describeWithNats(name: string, tests: () => void): void {
  if (hasNatsServer || process.env['CI'] === 'true') describe(name, tests);
  else describe.skip(name, tests);
}

/** A real nats-server with JetStream of one test's own, which can be killed, frozen, wiped and started again. */
export class NatsServer {
  #process: ChildProcess | null = null;

  private constructor(
    private readonly directory: string,
    private readonly port: number,
  ) {}

  static async start(): Promise<NatsServer> {
    const server = await NatsServer.prepare();
    await server.launch();
    return server;
  }

  /** One that does not run yet. */
  static async prepare(): Promise<NatsServer> {
    return new NatsServer(await mkdtemp(join(tmpdir(), 'keyledger-nats-')), await freePort());
  }

  /** With the password that it asks for. */
  get url(): string {
    return this.urlWith(PASSWORD);
  }

  urlWith(password: string): string {
    return `nats://keyledger:${encodeURIComponent(password)}@127.0.0.1:${this.port}`;
  }

  /** Starts it again on the same port and directory. */
  async launch(): Promise<void> {
    const place = ['--addr', '127.0.0.1', '--port', String(this.port), '--jetstream', '--store_dir', this.directory];
    const child = spawn(SERVER, [...place, '--user', 'keyledger', '--pass', PASSWORD], { stdio: 'ignore' });
    this.#process = child;
    const failed = once(child, 'error').then(([error]) => Promise.reject(error as Error));
    failed.catch(() => undefined);
    const listens = eventually('a nats-server that listens', async () => {
      if (child.exitCode !== null) throw new Error(`nats-server ended with ${child.exitCode}`);
      return (await this.#listens()) ? true : null;
    });
    await Promise.race([listens, failed]);
  }

  /** Like a power cut: nothing is finished, nothing more is written. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null || child.exitCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  /** Kills it, throws away all that it kept, and starts it again. */
  async wipe(): Promise<void> {
    await this.kill();
    await rm(this.directory, { recursive: true, force: true });
    await mkdir(this.directory);
    await this.launch();
  }

  /** Its connections stay open and say nothing, until `thaw`. */
  freeze(): void {
    this.#process?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process?.kill('SIGCONT');
  }

  /** Kills it and throws away what it kept. */
  async dispose(): Promise<void> {
    await this.kill();
    await rm(this.directory, { recursive: true, force: true });
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

/** Such as no log line has by chance, with what a URL has to escape. */
const PASSWORD = 'nats-s3cret/word';
