import { openStores, type ObservedEventStore } from '#libs/event-stores';
import { openKeyring } from '#libs/keyring';
import { aborted, Closing, listenAt, onceReachable } from '#libs/lifecycle';
import { InProcessBus, JetStreamBus } from '#libs/messaging';
import { createLogger, ProductMetrics, startTracing } from '#libs/observability';
import { createOperationsServer, probeReadiness } from '#libs/operations';
import { parseSettings, requireDatabaseUrl } from '#libs/settings';
import { createDispatcher, type Dispatcher } from './create-dispatcher.js';
import { dispatcherMigrations } from './dispatcher-migrations.js';

/**
 * The dispatcher as a process of its own, until the signal fires. It waits for stores that are out of reach, and where a
 * store could never be used like this it ends. Without `NATS_URL` nobody wakes it, and it looks at the log every second.
 * @throws SettingsInvalid
 */
export async function runDispatcher(
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<void> {
  const settings = parseSettings(environment);
  const databaseUrl = requireDatabaseUrl(settings);
  const keyring = await openKeyring(settings, { mayMake: false });
  const logger = createLogger({ level: settings.logLevel });
  const closing = new Closing(logger);
  const tracing = await startTracing(settings, { serviceName: 'keyledger-webhook-dispatcher', logger });
  closing.add('tracing', () => tracing.stop());
  let running: { readonly eventStore: ObservedEventStore; readonly dispatcher: Dispatcher } | null = null;
  const readiness = probeReadiness({
    stores: {
      database: async () => orThrow(running).dispatcher.reachDatabase(),
      event_store: async () => orThrow(running).eventStore.head(),
    },
    parts: { fan_out: () => running?.dispatcher.status().error === null },
    projections: () => [],
    started: () => running !== null,
  });
  const metrics = new ProductMetrics();
  metrics.watchLog(() => Number(running?.eventStore.figures().head ?? 0));
  try {
    const { metricsPort: port, metricsHost: host } = settings;
    const operations = createOperationsServer(readiness, metrics);
    closing.add('operations', () => operations.close());
    if (port !== null) await listenAt('METRICS_PORT', { port, host }, (at) => operations.listen(at));

    const stores = { databaseUrl, eventStoreUrl: settings.eventStoreUrl, migrations: dispatcherMigrations };
    const eventStore = await onceReachable(() => openStores({ ...stores, logger, signal }), { logger, signal });
    if (eventStore === null) return;
    closing.add('event store', () => eventStore.close());
    const { natsUrl } = settings;
    const bus = natsUrl === null ? new InProcessBus() : new JetStreamBus({ url: natsUrl, logger });
    closing.add('bus', () => bus.close());
    const dispatcher = createDispatcher({ ownerUrl: databaseUrl, eventStore, bus, keyring, settings, logger, metrics });
    closing.add('dispatcher', () => dispatcher.stop());
    running = { eventStore, dispatcher };
    dispatcher.start();
    await aborted(signal);
  } finally {
    await closing.run();
  }
}

function orThrow<T>(value: T | null): T {
  if (value === null) throw new Error('the stores were not opened yet');
  return value;
}
