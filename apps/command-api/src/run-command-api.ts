import { EventStoreOnceOpened, openStores } from '#libs/event-stores';
import { aborted, Closing, onceReachable } from '#libs/lifecycle';
import { createLogger, ProductMetrics, startTracing } from '#libs/observability';
import { DatabaseUnavailable } from '#libs/postgres';
import { parseSettings, requireDatabaseUrl } from '#libs/settings';
import { commandApiMigrations } from './command-api-migrations.js';
import { readApiConfiguration } from './read-api-configuration.js';
import { startCommandApi } from './start-command-api.js';
import { beginDeliveries } from './webhooks/begin-deliveries.js';

export interface RunCommandApiOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** The folder with `README.md` and `docs`. */
  readonly documentationRoot: string;
}

/**
 * The API as a process of its own, until the signal fires. It listens at once; while a store is out of reach it answers
 * 503 and tries again, and where a store could never be used like this it ends.
 * @throws SettingsInvalid
 */
export async function runCommandApi({ environment, signal, documentationRoot }: RunCommandApiOptions): Promise<void> {
  const settings = parseSettings(environment);
  const databaseUrl = requireDatabaseUrl(settings);
  const logger = createLogger({ level: settings.logLevel });
  const configuration = await readApiConfiguration(settings, { logger, mayMakeKeyring: settings.devIssuer });
  const metrics = new ProductMetrics();
  const eventStore = new EventStoreOnceOpened();
  metrics.watchLog(() => Number(eventStore.figures().head));
  metrics.watchAppendQueue(() => eventStore.figures().waitingAppends);
  const closing = new Closing(logger);
  const tracing = await startTracing(settings, { serviceName: 'keyledger-command-api', logger });
  closing.add('tracing', () => tracing.stop());
  closing.add('event store', () => eventStore.close());
  try {
    let missing: Error | null = new DatabaseUnavailable('the stores were not opened yet');
    const api = await startCommandApi({
      ...configuration,
      ...{ settings, ownerUrl: databaseUrl, eventStore, logger, metrics, documentationRoot },
      projections: () => [],
      missing: () => missing,
    });
    closing.add('API', () => api.stop());
    const stores = { databaseUrl, eventStoreUrl: settings.eventStoreUrl, migrations: commandApiMigrations };
    const opened = await onceReachable(() => openStores({ ...stores, logger, signal }), {
      ...{ logger, signal },
      onOutage: (outage) => (missing = outage),
    });
    if (opened !== null) {
      await eventStore.opened(opened);
      await onceReachable(() => beginDeliveries(databaseUrl, opened), {
        ...{ logger, signal },
        onOutage: (outage) => (missing = outage),
      });
    }
    missing = null;
    await aborted(signal);
  } finally {
    await closing.run();
  }
}
