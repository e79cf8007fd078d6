import { ApiClient, NatsServer, StartedSystem, type Node } from '#libs/testing';
import { expireMarks } from '../../../standalone/src/testing/expire-marks.js';
import { killPostgres } from './crash-embedded.js';

const APPS = ['api', 'projector', 'dispatcher', 'other dispatcher'] as const;
type App = (typeof APPS)[number];

export const VICTIMS = [...APPS, 'nats', 'the volume of nats', 'postgres', 'everything'] as const;
export type Victim = (typeof VICTIMS)[number];

/** Every app as a process of its own, two dispatchers, over a real Postgres and a real nats-server: each can be killed. */
export class ApartApps {
  readonly #nodes = new Map<App, Node>();

  private constructor(
    readonly system: StartedSystem,
    private readonly nats: NatsServer,
  ) {}

  static async start(env: Readonly<Record<string, string>>): Promise<ApartApps> {
    const nats = await NatsServer.start();
    let system: StartedSystem | null = null;
    try {
      system = await StartedSystem.start({ mode: 'apart', env: { ...env, NATS_URL: nats.url } });
      const apps = new ApartApps(system, nats);
      apps.#nodes.set('api', { url: system.url, process: system.api });
      apps.#nodes.set('projector', system.projector);
      await Promise.all([apps.#launch('dispatcher'), apps.#launch('other dispatcher')]);
      return apps;
    } catch (error) {
      await system?.dispose();
      await nats.dispose();
      throw error;
    }
  }

  admin(): ApiClient {
    return new ApiClient(this.#node('api').url, this.system.session.admin_token);
  }

  operator(): ApiClient {
    return new ApiClient(this.#node('api').url, this.system.session.platform_token);
  }

  /** Like a power cut, and on again. */
  async crash(victim: Victim): Promise<void> {
    switch (victim) {
      case 'nats':
        await this.nats.kill();
        return this.nats.launch();
      case 'the volume of nats':
        return this.nats.wipe();
      case 'postgres':
        return killPostgres(this.system.dataDir);
      case 'everything':
        await Promise.all([this.nats.kill(), killPostgres(this.system.dataDir), ...APPS.map((app) => this.#kill(app))]);
        await this.nats.launch();
        await Promise.all(APPS.map((app) => this.#launch(app)));
        return expireMarks(this.system.dataDir);
      case 'api':
        await this.#kill(victim);
        await this.#launch(victim);
        return expireMarks(this.system.dataDir);
      case 'projector':
      case 'dispatcher':
      case 'other dispatcher':
        await this.#kill(victim);
        return this.#launch(victim);
    }
  }

  async dispose(): Promise<void> {
    await this.system.dispose();
    await this.nats.dispose();
  }

  async #kill(app: App): Promise<void> {
    await this.#node(app).process.kill('SIGKILL');
  }

  async #launch(app: App): Promise<void> {
    const node = await this.#started(app);
    this.#nodes.set(app, node);
    await node.process.ready(node.url);
  }

  #started(app: App): Promise<Node> {
    switch (app) {
      case 'api':
        return this.system.startApi();
      case 'projector':
        return this.system.startProjector();
      case 'dispatcher':
      case 'other dispatcher':
        return this.system.startDispatcher();
    }
  }

  #node(app: App): Node {
    const node = this.#nodes.get(app);
    if (node === undefined) throw new Error(`there is no ${app}`);
    return node;
  }
}
