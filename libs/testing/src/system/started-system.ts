import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApartStores } from './apart-stores.js';
import { freePort } from './free-port.js';
import { ProductProcess } from './product-process.js';
import { copyTemplate } from './templates.js';

/** The parts of `session.json` that tests use. */
export interface Session {
  readonly url: string;
  readonly org_id: string;
  readonly org_slug: string;
  readonly admin_token: string;
  readonly platform_token: string;
}

/** `embedded`: everything in one process, as `npm start`. `apart`: API and projector alone, over stores that they share. */
export type Mode = 'embedded' | 'apart';
export const MODES: readonly Mode[] = ['embedded', 'apart'];

export interface SystemOptions {
  /** Default `embedded`. */
  readonly mode?: Mode;
  /** Settings of every process beside PORT and DATA_DIR. */
  readonly env?: Readonly<Record<string, string>>;
  /** The compiled entry of the embedded mode; default the product itself. */
  readonly entry?: string;
  /** An earlier one, which ends with the system as well; default a new one. */
  readonly dataDir?: string;
  /** Whether the embedded mode starts for the first time ever, not on a copy of what a first start has made. */
  readonly first?: boolean;
}

/** The compiled entries. */
export const ENTRIES = {
  standalone: 'dist/apps/standalone/src/main.js',
  api: 'dist/apps/command-api/src/main.js',
  projector: 'dist/apps/projector/src/main.js',
  dispatcher: 'dist/apps/webhook-dispatcher/src/main.js',
} as const;

/** A process of a running system with the URL at which it says how it stands. */
export interface Node {
  readonly url: string;
  readonly process: ProductProcess;
}

/**
 * The whole product as a user runs it: the built processes with a data directory of their own, on real ports. They can
 * be killed and started again on the same data.
 */
export class StartedSystem {
  #processes: readonly ProductProcess[] = [];
  readonly #others: ProductProcess[] = [];
  #session: Session | null = null;
  #projector: Node | null = null;

  private constructor(
    readonly dataDir: string,
    private readonly port: number,
    private readonly options: SystemOptions,
    /** Null in the embedded mode. */
    readonly stores: ApartStores | null,
  ) {}

  static async start(options: SystemOptions = {}): Promise<StartedSystem> {
    const dataDir = options.dataDir ?? (await newDataDirectory(options));
    const stores = options.mode === 'apart' ? await ApartStores.start(dataDir) : null;
    const system = new StartedSystem(dataDir, await freePort(), options, stores);
    try {
      await system.launch();
      return system;
    } catch (error) {
      await system.dispose();
      throw error;
    }
  }

  /** Of the newest start. */
  get session(): Session {
    if (this.#session === null) throw new Error('the system was not started');
    return this.#session;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The process with the API. */
  get api(): ProductProcess {
    const [api] = this.#processes;
    if (api === undefined) throw new Error('the system does not run');
    return api;
  }

  get pid(): number {
    return this.api.pid;
  }

  /** Where the apps run apart. */
  get projector(): Node {
    if (this.#projector === null) throw new Error('the projector is no process of its own');
    return this.#projector;
  }

  /**
   * Starts the processes and waits until they are ready; `options` hold for this start, over those of the system.
   * @throws Error with the end of its log when one ends before that
   */
  async launch(options: Pick<SystemOptions, 'env' | 'entry'> = {}): Promise<void> {
    const { env, entry } = { ...this.options, ...options };
    const main = entry ?? (this.stores === null ? ENTRIES.standalone : ENTRIES.api);
    const api = this.#spawn(main, { ...env, PORT: String(this.port) });
    this.#processes = [api];
    if (this.stores !== null) {
      this.#projector = await this.#spawnWithMetrics(ENTRIES.projector, env);
      this.#processes = [api, this.#projector.process];
    }
    await api.ready(this.url);
    this.#session = JSON.parse(await readFile(join(this.dataDir, 'session.json'), 'utf8')) as Session;
  }

  /** Another API over the same stores, which may not be ready yet; it ends with the system. */
  async startApi(env: Readonly<Record<string, string>> = {}): Promise<Node> {
    const port = await freePort();
    const node = { url: `http://127.0.0.1:${port}`, process: this.#spawn(ENTRIES.api, { ...env, PORT: String(port) }) };
    this.#others.push(node.process);
    return node;
  }

  /** Another projector over the same stores, which may not be ready yet; it ends with the system. */
  async startProjector(env: Readonly<Record<string, string>> = {}): Promise<Node> {
    const node = await this.#spawnWithMetrics(ENTRIES.projector, env);
    this.#others.push(node.process);
    return node;
  }

  /** A dispatcher over the same stores, with the keys that the API has made, which may not be ready yet; it ends with the system. */
  async startDispatcher(env: Readonly<Record<string, string>> = {}): Promise<Node> {
    const keyring = { KEYRING_FILE: join(this.dataDir, 'keyring.json') };
    const node = await this.#spawnWithMetrics(ENTRIES.dispatcher, { ...keyring, ...env });
    this.#others.push(node.process);
    return node;
  }

  /** Ends the processes and waits until they are gone; returns the exit code of the API's, null where a signal ended it. */
  async kill(signal: NodeJS.Signals): Promise<number | null> {
    const [code = null] = await Promise.all(this.#take().map((process) => process.kill(signal)));
    return code;
  }

  /** Waits until the processes have ended by themselves. */
  async ended(): Promise<number | null> {
    const [code = null] = await Promise.all(this.#take().map((process) => process.ended()));
    return code;
  }

  /** Everything that the processes have printed so far. */
  log(): Promise<string> {
    return readFile(this.#logFile, 'utf8');
  }

  /** Stops everything and removes its data. */
  async dispose(): Promise<void> {
    await Promise.all(this.#others.splice(0).map((process) => process.kill('SIGKILL')));
    await this.kill('SIGTERM');
    await this.stores?.stop();
    await rm(this.dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  get #logFile(): string {
    return join(this.dataDir, 'test.log');
  }

  #take(): readonly ProductProcess[] {
    const processes = this.#processes;
    this.#processes = [];
    return processes;
  }

  #spawn(entry: string, env: Readonly<Record<string, string>>): ProductProcess {
    const own = { DEV_ISSUER: 'true', ...this.stores?.env, ...this.options.env, ...env, DATA_DIR: this.dataDir };
    return new ProductProcess({ entry, env: own, logFile: this.#logFile });
  }

  async #spawnWithMetrics(entry: string, env: Readonly<Record<string, string>> = {}): Promise<Node> {
    const port = await freePort();
    const process = this.#spawn(entry, { ...env, METRICS_PORT: String(port) });
    return { url: `http://127.0.0.1:${port}`, process };
  }
}

async function newDataDirectory({ mode, first = false }: SystemOptions): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'keyledger-e2e-'));
  if (mode !== 'apart' && !first) await copyTemplate('data-directory', dataDir);
  return dataDir;
}
