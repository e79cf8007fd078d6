import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedPostgres } from '#libs/embedded-postgres';
import { eventually, freePort, hasNatsServer, NatsServer, ProductProcess } from '#libs/testing';
import { EventStoreDbServer } from '#libs/testing/eventstoredb-stand-in';
import { readComposeFile } from '../../../../deploy/testing/compose-file.js';
import { takeTour } from './take-tour.js';
import { parseTour, readable, withoutAccidents } from './tour.js';

const { services } = readComposeFile('docker-compose.yml');
const server = EventStoreDbServer.isReal ? 'a real EventStoreDB' : 'the stand-in for EventStoreDB';

let directory: string;
let postgres: EmbeddedPostgres;
let eventStore: EventStoreDbServer;
let nats: NatsServer;
const running: ComposedApp[] = [];

/** An app as a container of the compose file runs it: only the mount points and the ports are this machine's. */
class ComposedApp {
  private constructor(
    readonly url: string,
    private readonly process: ProductProcess,
    private readonly healthCheck: readonly string[],
  ) {}

  static async start(name: string): Promise<ComposedApp> {
    const { command: [entry = ''] = [], environment = {}, healthcheck } = services[name] ?? {};
    const [port, metricsPort] = [String(await freePort()), String(await freePort())];
    const mounted = (value: string): string =>
      value.replace('/run/secrets', join(directory, 'secrets')).replace('/var/lib/keyledger', join(directory, 'data'));
    const env = Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, mounted(value)]));
    const [, ...healthCheck] = healthcheck?.test ?? [];
    const process = new ProductProcess({
      entry,
      env: { ...env, ...('PORT' in env ? { PORT: port } : {}), METRICS_PORT: metricsPort },
      logFile: join(directory, `${name}.log`),
    });
    const inContainer = `127.0.0.1:${environment['METRICS_PORT']}`;
    const app = new ComposedApp(
      `http://127.0.0.1:${port}`,
      process,
      healthCheck.map((part) => part.replace(inContainer, `127.0.0.1:${metricsPort}`)),
    );
    running.push(app);
    return app;
  }

  /** Whether the health check of the compose file says so. */
  async isHealthy(): Promise<boolean> {
    const [program = '', ...args] = this.healthCheck;
    const [code] = (await once(execFile(program, args), 'exit')) as [number | null];
    return code === 0;
  }

  stop(): Promise<number | null> {
    return this.process.kill('SIGTERM');
  }
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyledger-compose-'));
  await Promise.all([mkdir(join(directory, 'secrets')), mkdir(join(directory, 'data'))]);
  postgres = await EmbeddedPostgres.start({ directory: join(directory, 'postgres') });
  eventStore = await EventStoreDbServer.start();
  // Where none is installed, the apps have to do without, as they can.
  nats = await NatsServer.prepare();
  if (hasNatsServer) await nats.launch();
  const database_url = await postgres.database('keyledger');
  const here = { database_url, event_store_url: eventStore.url, nats_url: nats.url };
  for (const [name, url] of Object.entries(here)) await writeFile(join(directory, 'secrets', name), `${url}\n`);
});
afterAll(async () => {
  await Promise.all(running.map((app) => app.stop()));
  await nats.dispose();
  await eventStore.dispose();
  await postgres.stop();
  await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

it(`the README tour works as it stands on the apps of the compose file, over ${server}`, async () => {
  const [api, projector] = await Promise.all([ComposedApp.start('command-api'), ComposedApp.start('projector')]);
  const isHealthy = (app: ComposedApp) => eventually('health', async () => ((await app.isHealthy()) ? true : null));
  for (const app of [api, projector]) await isHealthy(app);
  const dispatcher = await ComposedApp.start('webhook-dispatcher');
  await isHealthy(dispatcher);

  const { url } = JSON.parse(await readFile(join(directory, 'data/session.json'), 'utf8')) as { url: string };
  expect(url).toBe(api.url);
  const steps = parseTour(readFileSync('README.md', 'utf8'));
  const printed = await takeTour(steps, join(directory, 'data'), api.url);
  steps.forEach(({ commands, output }, index) => {
    const found = withoutAccidents(readable(printed[index] ?? ''));
    expect({ commands, output: found }).toEqual({ commands, output: withoutAccidents(readable(output ?? '')) });
  });
  const apps = [api, projector, dispatcher];
  expect(await Promise.all(apps.map((app) => app.stop()))).toEqual([0, 0, 0]);
  expect(await Promise.all(apps.map((app) => app.isHealthy()))).toEqual([false, false, false]);
});
