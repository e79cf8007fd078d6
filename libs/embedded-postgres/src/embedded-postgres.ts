import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { postgresBinaries, type PostgresBinaries } from './binaries.js';
import { openCluster, type Cluster } from './cluster.js';
import { PostmasterFile } from './postmaster-file.js';
import { ServerLog } from './server-log.js';
import { SUPERVISE } from './supervise.sh.js';
import { unprivileged, type Unprivileged } from './unprivileged.js';

export interface EmbeddedPostgresOptions {
  /** Holds the cluster, its log and its socket; made if missing. */
  readonly directory: string;
  /** Told what happens to the server outside `start` and `stop`, such as a crash and the restart after it. */
  readonly onNotice?: (notice: string) => void;
  /** Extra settings for `postgres -c`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** How long it may take to accept connections, milliseconds, default 30,000. */
  readonly readyWithinMs?: number;
}

const READY_WITHIN_MS = 30_000;
const LONGEST_BACKOFF_MS = 5_000;
const STOP_WITHIN_MS = 8_000;
/** What a Postgres may still take that was told to drop everything. */
const FORCED_MS = 1_000;
/** One that ran for so long did not fail to start. */
const RAN_MS = 10_000;

/**
 * A real Postgres server of our own, reachable over a Unix socket only, that lives as long as this process: it is shut
 * down when the process goes, however it goes, and started again should it die by itself.
 */
export class EmbeddedPostgres {
  #server: ChildProcess | null = null;
  #stopping = false;
  #launchedAt = 0;
  /** Starts in a row that did not last. */
  #failures = 0;
  readonly #postmaster: PostmasterFile;
  readonly #log: ServerLog;

  private constructor(
    private readonly cluster: Cluster,
    private readonly binaries: PostgresBinaries,
    private readonly how: Unprivileged,
    private readonly options: EmbeddedPostgresOptions,
  ) {
    this.#postmaster = new PostmasterFile(cluster.data);
    this.#log = new ServerLog(join(options.directory, 'postgres.log'));
  }

  /** @throws Error when the server does not accept connections in time; its log is `postgres.log` in the directory */
  static async start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
    const [binaries, how] = [await postgresBinaries(), unprivileged()];
    const server = new EmbeddedPostgres(await openCluster(options.directory, binaries, how), binaries, how, options);
    try {
      await server.#predecessorGone();
      await server.#log.mark();
      server.#launch();
      await server.#ready();
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** The superuser's URL of a database, which is made if it is missing. */
  async database(name: string): Promise<string> {
    const client = new pg.Client({ connectionString: this.cluster.url('postgres') });
    client.on('error', () => undefined);
    await client.connect();
    try {
      const exists = await client.query('select 1 from pg_database where datname = $1', [name]);
      if (exists.rowCount === 0) await client.query(`create database ${pg.escapeIdentifier(name)}`);
    } finally {
      await client.end();
    }
    return this.cluster.url(name);
  }

  /** The postmaster's process id, null while it is down. */
  pid(): Promise<number | null> {
    return this.#postmaster.running();
  }

  /** Rolls back what is open, writes a checkpoint and leaves; at most 8 s, then by force (the next start recovers). */
  async stop(): Promise<void> {
    this.#stopping = true;
    const server = this.#server;
    if (server === null) return;
    const late = setTimeout(() => void this.#postmaster.signal('SIGQUIT'), STOP_WITHIN_MS);
    if (server.exitCode === null && server.signalCode === null) {
      const gone = new Promise<void>((resolve) => server.once('exit', () => resolve()));
      server.stdin?.end();
      await gone;
    }
    // The supervisor goes after its Postgres, but for one that was killed: then the watcher that it left ends Postgres.
    for (let waited = 0; waited <= STOP_WITHIN_MS + FORCED_MS && (await this.pid()) !== null; waited += 50)
      await delay(50);
    clearTimeout(late);
    if ((await this.pid()) === null) await this.cluster.tidy();
  }

  #launch(): void {
    const { settings = {} } = this.options;
    const log = openSync(this.#log.path, 'a', 0o600);
    const flags = Object.entries({ ...DEFAULTS, unix_socket_directories: this.cluster.socketDirectory, ...settings });
    const command = [
      ...this.how.prefix,
      this.binaries.postgres,
      '-D',
      this.cluster.data,
      ...flags.flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ];
    const server = spawn('sh', ['-c', SUPERVISE, 'sh', ...command], {
      detached: true,
      stdio: ['pipe', log, log],
      ...this.how.owner,
    });
    closeSync(log);
    server.stdin?.on('error', () => undefined);
    server.once('exit', (code, signal) => void this.#ended(code ?? signal));
    // Instead of an exit where not even the shell could be started.
    server.once('error', (error) => void this.#ended(error.message));
    this.#server = server;
    this.#launchedAt = performance.now();
  }

  async #ended(how: number | string | null): Promise<void> {
    if (performance.now() - this.#launchedAt > RAN_MS) this.#failures = 0;
    while (!this.#stopping) {
      const attempt = ++this.#failures;
      const why = await this.#complaint();
      this.options.onNotice?.(`postgres ended by itself (${how}${why}); starting it again, attempt ${attempt}`);
      await delay(Math.min(100 * 2 ** attempt, LONGEST_BACKOFF_MS));
      try {
        await this.#predecessorGone();
        await this.#log.mark();
        // Asked again: a stop that came meanwhile found nothing to end.
        if (!this.#stopping) this.#launch();
        return;
      } catch (error) {
        this.options.onNotice?.(`postgres cannot start again yet: ${String(error)}`);
      }
    }
  }

  /** A server left by a killed process is on its way out (see `SUPERVISE`); it must be gone before the next one starts. */
  async #predecessorGone(): Promise<void> {
    for (let waited = 0; (await this.pid()) !== null; waited += 50) {
      if (waited === 5_000) await this.#postmaster.signal('SIGQUIT');
      if (waited > 10_000) throw new Error(`another postgres holds ${this.cluster.data}`);
      await delay(50);
    }
    await this.#postmaster.forgetRemnant();
    // Killed between making this file and writing it, a Postgres leaves it empty, beside which none would ever start.
    await rm(join(this.cluster.socketDirectory, '.s.PGSQL.5432.lock'), { force: true });
  }

  async #complaint(): Promise<string> {
    const complaint = await this.#log.complaint().catch(() => null);
    return complaint === null ? '' : `: ${complaint}`;
  }

  async #ready(): Promise<void> {
    const deadline = Date.now() + (this.options.readyWithinMs ?? READY_WITHIN_MS);
    for (;;) {
      const client = new pg.Client({ connectionString: this.cluster.url('postgres'), connectionTimeoutMillis: 2_000 });
      client.on('error', () => undefined);
      try {
        await client.connect();
        return await client.end();
      } catch (error) {
        if (Date.now() > deadline) throw new Error(`postgres is not ready; see ${this.#log.path}`, { cause: error });
        await delay(30);
      }
    }
  }
}

const DEFAULTS: Readonly<Record<string, string>> = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '80',
  shared_buffers: '128MB',
  max_wal_size: '2GB',
  wal_compression: 'on',
  jit: 'off',
  log_statement: 'none',
  log_min_error_statement: 'panic',
};
