import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FailPoint } from '#libs/commands';
import { EmbeddedPostgres } from '#libs/embedded-postgres';
import { openStores } from '#libs/event-stores';
import { Closing, lockDataDirectory } from '#libs/lifecycle';
import { InProcessBus, JetStreamBus } from '#libs/messaging';
import { createLogger, ProductMetrics, startTracing } from '#libs/observability';
import type { Settings } from '#libs/settings';
import { readApiConfiguration } from '../../command-api/src/read-api-configuration.js';
import { startCommandApi } from '../../command-api/src/start-command-api.js';
import { beginDeliveries } from '../../command-api/src/webhooks/begin-deliveries.js';
import { createProjector } from '../../projector/src/create-projector.js';
import { createPublisher } from '../../projector/src/publisher/create-publisher.js';
import { createDispatcher } from '../../webhook-dispatcher/src/create-dispatcher.js';
import { standaloneMigrations } from './standalone-migrations.js';

export interface StandaloneOptions {
  readonly settings: Settings;
  /** The folder with `README.md` and `docs`. */
  readonly documentationRoot: string;
  /** Ends the start, also while a store is waited for that has frozen; what is running by then is `stop`'s. */
  readonly signal: AbortSignal;
  /** For a test build, see `WriteStep`. */
  readonly failPoint?: FailPoint;
}

export interface Standalone {
  readonly url: string;
  /** Finishes what is in hand, then ends the API, the projections and Postgres, in this order. */
  stop(): Promise<void>;
}

/**
 * The embedded default: every app and its Postgres in one process, with everything it keeps in one data directory. Null
 * when the signal fired before it was running.
 */
export async function startStandalone({
  settings,
  documentationRoot,
  signal,
  failPoint,
}: StandaloneOptions): Promise<Standalone | null> {
  const logger = createLogger({ level: settings.logLevel });
  // Whatever the operator has to put right is said before anything is made or started.
  const configuration = await readApiConfiguration(settings, { logger, mayMakeKeyring: true });
  const closing = new Closing(logger);
  const tracing = await startTracing(settings, { serviceName: 'keyledger', logger });
  closing.add('tracing', () => tracing.stop());
  try {
    const { dataDir } = settings;
    await mkdir(dataDir, { recursive: true });
    const lock = await lockDataDirectory(dataDir);
    closing.add('data directory lock', async () => void lock.close());

    const ownerUrl = settings.databaseUrl ?? (await ownPostgres());
    const eventStore = await openStores({
      ...{ databaseUrl: ownerUrl, eventStoreUrl: settings.eventStoreUrl },
      ...{ migrations: standaloneMigrations, logger, signal },
    });
    closing.add('event store', () => eventStore.close());
    await beginDeliveries(ownerUrl, eventStore);
    const projector = createProjector({ ownerUrl, eventStore, logger });
    closing.add('projector', () => projector.stop());
    projector.start();
    const bus = settings.natsUrl === null ? new InProcessBus() : new JetStreamBus({ url: settings.natsUrl, logger });
    closing.add('bus', () => bus.close());
    const publisher = createPublisher({ ownerUrl, eventStore, bus, logger });
    closing.add('publisher', () => publisher.stop());
    publisher.start();

    const metrics = new ProductMetrics();
    metrics.watchLog(() => Number(eventStore.figures().head));
    metrics.watchAppendQueue(() => eventStore.figures().waitingAppends);
    metrics.watchProjections(() => projector.status());
    metrics.watchPublisher(() => publisher.status());
    const { keyring } = configuration;
    const dispatcher = createDispatcher({ ownerUrl, eventStore, bus, keyring, settings, logger, metrics });
    closing.add('dispatcher', () => dispatcher.stop());
    dispatcher.start();
    const api = await startCommandApi({
      ...configuration,
      ...{ settings, ownerUrl, eventStore, logger, metrics, documentationRoot, failPoint },
      projections: () => projector.status(),
      parts: {
        publisher: () => publisher.status().error === null,
        fan_out: () => dispatcher.status().error === null,
      },
    });
    closing.add('API', () => api.stop());
    return { url: api.url, stop: () => closing.run() };
  } catch (error) {
    await closing.run();
    if (signal.aborted) return null;
    throw error;
  }

  async function ownPostgres(): Promise<string> {
    const onNotice = (notice: string): void => logger.warn({ notice }, 'the embedded postgres');
    const server = await EmbeddedPostgres.start({ directory: join(settings.dataDir, 'postgres'), onNotice });
    closing.add('postgres', () => server.stop());
    return server.database('keyledger');
  }
}
