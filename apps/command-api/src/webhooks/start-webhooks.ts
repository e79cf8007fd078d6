import type { DynamicModule } from '@nestjs/common';
import { Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import type { CommandRunner } from '#libs/commands';
import type { EventStore, Position, StoredEvent } from '#libs/event-store';
import type { Keyring } from '#libs/keyring';
import type { Logger } from '#libs/observability';
import { OutboundGuard } from '#libs/outbound';
import { roleUrl } from '#libs/postgres';
import { CheckpointWaiter } from '#libs/projections';
import type { Settings } from '#libs/settings';
import { applyEndpointEvents, DeliveryReads, FAN_OUT_PROGRESS } from '#libs/webhook-deliveries';
import { WebhookSecrets } from '#libs/webhook-secrets';
import type { IdempotentWrites } from '../write-side/idempotency/idempotent-writes.js';
import { AdmittedUrls } from './admitted-urls.js';
import { EventCounts } from './event-counts.js';
import { RequestedDeliveries } from './requested-deliveries.js';
import type { WebhookDeliveries } from './webhook-deliveries.js';
import { WebhookWrites } from './webhook-writes.js';
import { WebhooksModule } from './webhooks.module.js';

export interface WebhooksOptions {
  readonly settings: Pick<Settings, 'webhookAllowHttp' | 'webhookAllowedCidrs' | 'webhookPorts' | 'positionWaitMs'>;
  readonly ownerUrl: string;
  /** Of the api role. */
  readonly pool: pg.Pool;
  readonly store: EventStore;
  readonly runner: CommandRunner;
  readonly writes: IdempotentWrites;
  readonly keyring: Keyring;
  readonly sealPosition: (position: Position) => string;
  readonly clock: () => number;
  readonly logger: Logger;
}

/** The API of webhooks over its stores. */
export interface Webhooks {
  readonly module: DynamicModule;
  readonly deliveries: WebhookDeliveries;
  /** Whether the deliveries have what the log asks for up to the position, within the time. @throws DatabaseUnavailable */
  readonly waitFor: (position: Position, timeoutMs: number) => Promise<boolean>;
  /** Ends every wait. */
  readonly close: () => Promise<void>;
}

export function startWebhooks(options: WebhooksOptions): Webhooks {
  const { settings, ownerUrl, pool, store, runner, writes, keyring, sealPosition, clock, logger } = options;
  const waiter = new CheckpointWaiter({ url: roleUrl(ownerUrl, 'api'), logger, progress: FAN_OUT_PROGRESS });
  const waitFor: Webhooks['waitFor'] = (position, timeoutMs) =>
    waiter.waitFor({ name: 'deliveries', version: 1 }, position, timeoutMs);
  const waitMs = settings.positionWaitMs;
  const deliveries = new DeliveryReads(new Kysely<object>({ dialect: new PostgresDialect({ pool }) }));
  const guard = new OutboundGuard({
    allowHttp: settings.webhookAllowHttp,
    allowedCidrs: settings.webhookAllowedCidrs,
    ports: settings.webhookPorts,
  });
  const apply = (events: readonly StoredEvent[]): Promise<void> => applyEndpointEvents(pool, events);
  const module = WebhooksModule.over({
    webhooks: new WebhookWrites({ store, runner, writes, sealPosition, deliveries, apply, logger }),
    urls: new AdmittedUrls(guard),
    secrets: new WebhookSecrets(pool, keyring),
    requested: new RequestedDeliveries({ deliveries, waitFor, waitMs, logger }),
    counts: new EventCounts({ deliveries, head: () => store.head(), waitFor, waitMs }),
    clock,
  });
  return { module, deliveries, waitFor, close: () => waiter.close() };
}
