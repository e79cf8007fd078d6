import type { EventStore } from '#libs/event-store';
import type { Logger } from '#libs/observability';
import { createPool } from '#libs/postgres';
import { ProjectionHost, type Projection, type ProjectionStatus } from '#libs/projections';
import {
  ApiKeyHistoryProjection,
  ApiKeysProjection,
  AuditLogProjection,
  JobsProjection,
  PolicyTypesProjection,
  UsageProjection,
  WebhooksProjection,
} from '#libs/read-models';
import { sweepWebhookSecrets } from '#libs/webhook-secrets';
import { announceExpiries } from './announce-expiry/announce-expiries.js';
import { sweepIdempotency } from './sweep-idempotency.js';

export interface ProjectorOptions {
  /** The owner's URL of the database with the read models, to which `projectorMigrations` are applied. */
  readonly ownerUrl: string;
  /** Stays the caller's to close, after `stop`. */
  readonly eventStore: EventStore;
  readonly logger: Logger;
}

/** Every read model of the product, kept up with the log; what is past its time, swept away; what expires, announced. */
export interface Projector {
  start(): void;
  /** Finishes the pages in hand and closes its connections. */
  stop(): Promise<void>;
  status(): readonly ProjectionStatus[];
  /** @throws Error where the database does not answer */
  reachDatabase(): Promise<void>;
}

/** A page of 5,000 events is one statement for each table; on a busy machine it may take longer than a request may. */
const STATEMENT_TIMEOUT_MS = 30_000;

const PROJECTIONS: readonly (() => Projection)[] = [
  () => new ApiKeysProjection(),
  () => new ApiKeyHistoryProjection(),
  () => new AuditLogProjection(),
  () => new PolicyTypesProjection(),
  () => new JobsProjection(),
  () => new UsageProjection(),
  () => new WebhooksProjection(),
];

/** Another process may run the same: of each projection one owner works, the others stand by. */
export function createProjector({ ownerUrl, eventStore, logger }: ProjectorOptions): Projector {
  const pool = createPool({
    ownerUrl,
    role: 'projector',
    // Two for each projection, which may be rebuilt beside itself; one each to look for work, to renew leases and
    // to announce with, two to sweep with.
    max: 2 * PROJECTIONS.length + 5,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    onIdleError: (error) => logger.warn({ error: error.message }, 'idle projector connection lost'),
  });
  const hosts = PROJECTIONS.map((projection) => new ProjectionHost({ projection, eventStore, pool, logger }));
  const stopping = new AbortController();
  let beside: Promise<unknown> | null = null;
  return {
    start: () => {
      hosts.forEach((host) => host.start());
      beside ??= Promise.all([
        sweepIdempotency({ pool, logger }, stopping.signal),
        sweepWebhookSecrets({ pool, eventStore, logger }, stopping.signal),
        announceExpiries({ pool, eventStore, logger, clock: Date.now }, stopping.signal),
      ]);
    },
    stop: async () => {
      stopping.abort();
      await Promise.all([beside, ...hosts.map((host) => host.stop())]);
      await pool.end();
    },
    status: () => hosts.map((host) => host.status()),
    reachDatabase: async () => void (await pool.query('select 1')),
  };
}
