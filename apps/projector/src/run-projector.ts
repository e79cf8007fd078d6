import { openStores, type ObservedEventStore } from '#libs/event-stores';
import { aborted, Closing, listenAt, onceReachable } from '#libs/lifecycle';
import { createLogger, ProductMetrics, startTracing } from '#libs/observability';
import { createOperationsServer, probeReadiness } from '#libs/operations';
import { parseSettings, requireDatabaseUrl } from '#libs/settings';
import { createProjector, type Projector } from './create-projector.js';
import { projectorMigrations } from './projector-migrations.js';

/**
 * The projector as a process of its own, until the signal fires. It waits for stores that are out of reach, and where a
 * store could never be used like this it ends. With `METRICS_PORT` it says how it stands from its start on.
 * @throws SettingsInvalid
 */
export async function runProjector(
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<void> {
  const settings = parseSettings(environment);
  const databaseUrl = requireDatabaseUrl(settings);
  const logger = createLogger({ level: settings.logLevel });
  const closing = new Closing(logger);
  const tracing = await startTracing(settings, { serviceName: 'keyledger-projector', logger });
  closing.add('tracing', () => tracing.stop());
  let running: { readonly eventStore: ObservedEventStore; readonly projector: Projector } | null = null;
  const readiness = probeReadiness({
    stores: {
      database: async () => orThrow(running).projector.reachDatabase(),
      event_store: async () => orThrow(running).eventStore.head(),
    },
    projections: () => running?.projector.status() ?? [],
    started: () => running !== null,
  });
  const metrics = new ProductMetrics();
  metrics.watchLog(() => Number(running?.eventStore.figures().head ?? 0));
  metrics.watchProjections(() => running?.projector.status() ?? []);
  try {
    const { metricsPort: port, metricsHost: host } = settings;
    const operations = createOperationsServer(readiness, metrics);
    closing.add('operations', () => operations.close());
    if (port !== null) await listenAt('METRICS_PORT', { port, host }, (at) => operations.listen(at));

    const stores = { databaseUrl, eventStoreUrl: settings.eventStoreUrl, migrations: projectorMigrations };
    const eventStore = await onceReachable(() => openStores({ ...stores, logger, signal }), { logger, signal });
    if (eventStore === null) return;
    closing.add('event store', () => eventStore.close());
    const projector = createProjector({ ownerUrl: databaseUrl, eventStore, logger });
    closing.add('projector', () => projector.stop());
    running = { eventStore, projector };
    projector.start();
    await aborted(signal);
  } finally {
    await closing.run();
  }
}

function orThrow<T>(value: T | null): T {
  if (value === null) throw new Error('the stores were not opened yet');
  return value;
}
