import { openStores, type ObservedEventStore } from '#libs/event-stores';
import { aborted, Closing, listenAt, onceReachable } from '#libs/lifecycle';
import { JetStreamBus } from '#libs/messaging';
import { createLogger, ProductMetrics, startTracing } from '#libs/observability';
import { createOperationsServer, probeReadiness } from '#libs/operations';
import { parseSettings, requireDatabaseUrl } from '#libs/settings';
import { createProjector, type Projector } from './create-projector.js';
import { projectorMigrations } from './projector-migrations.js';
import { createPublisher, type CreatePublisherOptions, type RunningPublisher } from './publisher/create-publisher.js';
import type { PublisherStatus } from './publisher/publisher.js';

interface Running {
  readonly eventStore: ObservedEventStore;
  readonly projector: Projector;
  readonly publisher: RunningPublisher | null;
}

/**
 * The projector, and with `NATS_URL` the publisher, as a process of its own, until the signal fires. It waits for stores that
 * are out of reach, and where a store could never be used like this it ends. With `METRICS_PORT` it says how it stands from
 * its start on.
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
  let running: Running | null = null;
  const publisher = (): PublisherStatus | null => running?.publisher?.status() ?? null;
  const readiness = probeReadiness({
    stores: {
      database: async () => orThrow(running).projector.reachDatabase(),
      event_store: async () => orThrow(running).eventStore.head(),
    },
    // A bus that is out of reach is no reason: what is not published is read from the log, only later.
    ...(settings.natsUrl === null ? {} : { parts: { publisher: () => (publisher()?.error ?? null) === null } }),
    projections: () => running?.projector.status() ?? [],
    started: () => running !== null,
  });
  const metrics = new ProductMetrics();
  metrics.watchLog(() => Number(running?.eventStore.figures().head ?? 0));
  metrics.watchProjections(() => running?.projector.status() ?? []);
  if (settings.natsUrl !== null) metrics.watchPublisher(publisher);
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
    const publishing = publishTo(settings.natsUrl, { ownerUrl: databaseUrl, eventStore, logger, closing });
    running = { eventStore, projector, publisher: publishing };
    projector.start();
    publishing?.start();
    await aborted(signal);
  } finally {
    await closing.run();
  }
}

/** Null without `NATS_URL`: what is published within this process alone nobody would read. */
function publishTo(
  natsUrl: string | null,
  { closing, ...options }: Omit<CreatePublisherOptions, 'bus'> & { readonly closing: Closing },
): RunningPublisher | null {
  if (natsUrl === null) return null;
  const bus = new JetStreamBus({ url: natsUrl, logger: options.logger });
  closing.add('message bus', () => bus.close());
  const publisher = createPublisher({ ...options, bus });
  closing.add('publisher', () => publisher.stop());
  return publisher;
}

function orThrow<T>(value: T | null): T {
  if (value === null) throw new Error('the stores were not opened yet');
  return value;
}
