import type { IncomingHttpHeaders } from 'node:http';
import type { DynamicModule, Type } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { ApiKeyCaller, Caller, KeyVerifier, LastUsedRecorder } from '#libs/auth';
import type { ScopeCatalogue } from '#libs/domain';
import type { EventStore, Position } from '#libs/event-store';
import type { OpaqueTokens } from '#libs/keyring';
import type { Logger, ProductMetrics } from '#libs/observability';
import type { ReadinessProbe } from '#libs/operations';
import type { ReadModelTables } from '#libs/read-models';
import type { Settings } from '#libs/settings';
import type { ExportAudit } from './audit-log/export-audit.js';
import type { DenialRecorder } from './http/denial-recorder.js';
import type { ReadModelName } from './http/route-contract.js';
import type { WebhookDeliveries } from './webhooks/webhook-deliveries.js';

/** Everything that the API is built over: the standalone makes the real ones, tests what they need. */
export interface CommandApiDependencies {
  readonly settings: Pick<
    Settings,
    'trustedProxies' | 'rateLimitRps' | 'authFailuresPerMinute' | 'positionWaitMs' | 'downloadLeastBytesPerMinute'
  >;
  readonly logger: Logger;
  readonly metrics: ProductMetrics;
  /** Unix milliseconds. */
  readonly clock: () => number;
  /** Seals log positions and cursors. */
  readonly tokens: OpaqueTokens;
  /** Synchronous where no network is needed. @throws an error with the code to answer */
  readonly authenticate: (headers: IncomingHttpHeaders) => Caller | Promise<Caller>;
  readonly holdsScope: (caller: ApiKeyCaller, scope: string) => boolean;
  /** For `POST /v1/api-keys/verify`, which itself records the use of a key that its caller may see. */
  readonly verifier: Pick<KeyVerifier, 'verify'>;
  readonly lastUsed: Pick<LastUsedRecorder, 'record' | 'pending'>;
  /** The read models, under the api role. */
  readonly database: Kysely<ReadModelTables>;
  /** The same by few connections of their own, so that downloads take none from other requests. */
  readonly downloads: Kysely<ReadModelTables>;
  /** The log itself, for what no read model keeps. */
  readonly eventStore: Pick<EventStore, 'readStream'>;
  /** The end of the log. @throws EventStoreUnavailable */
  readonly head: () => Promise<Position>;
  /** Whether the read model reached the position within the time. */
  readonly waitFor: (readModel: ReadModelName, position: Position, timeoutMs: number) => Promise<boolean>;
  readonly webhookDeliveries: WebhookDeliveries;
  readonly catalogue: ScopeCatalogue;
  readonly denials: DenialRecorder;
  readonly exports: Pick<ExportAudit, 'begun' | 'exported'>;
  readonly readiness: ReadinessProbe;
  /** The folder with `README.md` and `docs`. */
  readonly documentationRoot: string;
  /** The use cases that change something. */
  readonly modules: readonly (Type | DynamicModule)[];
}
