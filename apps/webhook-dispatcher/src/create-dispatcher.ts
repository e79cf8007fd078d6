import type pg from 'pg';
import { CommandRunner } from '#libs/commands';
import { Translator } from '#libs/contracts';
import type { EventStore } from '#libs/event-store';
import type { Keyring } from '#libs/keyring';
import { Backoff, pause } from '#libs/lifecycle';
import { ChannelWatch } from '#libs/listening';
import type { MessageBus } from '#libs/messaging';
import type { Logger, ProductMetrics } from '#libs/observability';
import { OutboundGuard, Sender, type Resolver } from '#libs/outbound';
import { createPool, roleUrl } from '#libs/postgres';
import type { Settings } from '#libs/settings';
import { deliveryBacklog, DeliveryLeases, HALTED_CHANNEL, type DeliveryBacklog } from '#libs/webhook-deliveries';
import { WebhookSecrets } from '#libs/webhook-secrets';
import { Attempts } from './delivering/attempts.js';
import { Lane } from './delivering/lane.js';
import { MissedHalts } from './delivering/missed-halts.js';
import { disableEndpoints } from './disabling/disable-endpoints.js';
import { FanOut, type FanOutStatus } from './fan-out/fan-out.js';
import { keepHouse } from './housekeeping.js';
import { Replays } from './replaying/replays.js';
import { skipPending } from './skipping.js';

export interface DispatcherOptions {
  /** The owner's URL of the database with the deliveries, migrated; everything here connects as the projector role. */
  readonly ownerUrl: string;
  /** Stays the caller's to close, after `stop`, as does the bus. */
  readonly eventStore: EventStore;
  readonly bus: MessageBus;
  readonly keyring: Keyring;
  readonly settings: Pick<
    Settings,
    'webhookAllowHttp' | 'webhookAllowedCidrs' | 'webhookPorts' | 'webhookRetentionDays'
  >;
  readonly logger: Logger;
  readonly metrics: Pick<ProductMetrics, 'watchDeliveries' | 'deliveryAttempted'>;
  /** How long the bus may be silent before the log is looked at, milliseconds; default 1 s. */
  readonly silenceMs?: number;
  /** Asks for the addresses of receivers; default the name servers of this machine. */
  readonly resolver?: Resolver;
}

/** Delivers webhooks. Several processes may: one of them fans out, all of them send. */
export interface Dispatcher {
  start(): void;
  /** Takes nothing more, lets what is under way end for some seconds, and lets go of its connections. */
  stop(): Promise<void>;
  /** Of the fan-out; what waits is in the metrics. */
  status(): FanOutStatus;
  /** @throws Error where the database does not answer */
  reachDatabase(): Promise<void>;
}

const CONNECTIONS = 12;
const STATEMENT_TIMEOUT_MS = 30_000;
const QUICK_LANE = { slow: false, mostQuick: 1_000, most: 2_000 };
const SLOW_LANE = { slow: true, mostQuick: 200, most: 400 };
/** For what is under way, of the 10 s that a stop may take. */
const STOP_GRACE_MS = 5_000;
const COUNT_EVERY_MS = 5_000;
const DUE_CHANNEL = 'keyledger_deliveries';

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { ownerUrl, eventStore, bus, keyring, settings, logger, metrics } = options;
  const pool = createPool({
    ownerUrl,
    role: 'projector',
    max: CONNECTIONS,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    onIdleError: (error) => logger.warn({ err: error }, 'an idle connection of the dispatcher was lost'),
  });
  const guard = new OutboundGuard({
    allowHttp: settings.webhookAllowHttp,
    allowedCidrs: settings.webhookAllowedCidrs,
    ports: settings.webhookPorts,
    ...(options.resolver === undefined ? {} : { resolver: options.resolver }),
  });
  const sender = new Sender({ guard, logger });
  const secrets = new WebhookSecrets(pool, keyring);
  const attempts = new Attempts({ sender, secrets });
  const leases = new DeliveryLeases(pool);
  const lanes = [QUICK_LANE, SLOW_LANE].map(
    (lane) =>
      new Lane({
        ...{ ...lane, leases, attempts, logger },
        onEnded: ({ attempt }) => metrics.deliveryAttempted(attempt.error_class),
      }),
  );
  const missedHalts = new MissedHalts({ leases, lanes, logger });
  const { silenceMs } = options;
  const fanOut = new FanOut({ pool, eventStore, bus, logger, ...(silenceMs === undefined ? {} : { silenceMs }) });
  const replays = new Replays({ pool, translator: new Translator(eventStore), logger });
  const runner = new CommandRunner({ store: eventStore, clock: Date.now, onAppended: () => undefined });
  const wake = (): void => lanes.forEach((lane) => lane.wake());
  const watch = new ChannelWatch({
    url: roleUrl(ownerUrl, 'projector'),
    applicationName: 'keyledger deliveries',
    channels: [DUE_CHANNEL, HALTED_CHANNEL],
    logger,
    onNotice: (channel, payload) => {
      if (channel === HALTED_CHANNEL) lanes.forEach((lane) => lane.halt(payload));
      else wake();
    },
    onDoubt: () => {
      wake();
      missedHalts.look();
    },
  });
  const stopping = new AbortController();
  let loops: readonly Promise<void>[] = [];
  let backlog: DeliveryBacklog = { pending: 0, inFlight: 0, oldestSeconds: 0 };
  metrics.watchDeliveries(() => ({ ...backlog, fanOutStopped: fanOut.status().error === null ? 0 : 1 }));
  return {
    start: () => {
      if (loops.length > 0) return;
      watch.turnOn();
      [fanOut, replays, ...lanes].forEach((one) => one.start());
      loops = [
        keepHouse({ pool, retentionDays: settings.webhookRetentionDays, logger }, stopping.signal),
        disableEndpoints({ pool, runner, logger }, stopping.signal),
        skipPending({ pool, logger }, stopping.signal),
        count(pool, logger, stopping.signal, (counted) => (backlog = counted)),
      ];
    },
    stop: async () => {
      stopping.abort();
      await Promise.all([
        fanOut.stop(),
        replays.stop(),
        missedHalts.stop(),
        ...lanes.map((lane) => lane.stop(STOP_GRACE_MS)),
        ...loops,
      ]);
      await sender.close();
      await watch.turnOff();
      await pool.end();
    },
    status: () => fanOut.status(),
    reachDatabase: async () => void (await pool.query('select 1')),
  };
}

/** Counts what waits, every few seconds until the signal fires. */
async function count(
  pool: pg.Pool,
  logger: Logger,
  signal: AbortSignal,
  onCounted: (backlog: DeliveryBacklog) => void,
): Promise<void> {
  const backoff = new Backoff({ firstMs: COUNT_EVERY_MS, longestMs: 60_000 });
  while (!signal.aborted) {
    let pauseMs = COUNT_EVERY_MS;
    try {
      onCounted(await deliveryBacklog(pool));
      backoff.succeeded();
    } catch (error) {
      pauseMs = backoff.failed();
      logger.warn({ err: error, pauseMs }, 'deliveries that wait were not counted');
    }
    await pause(pauseMs, signal);
  }
}
