import type { IncomingHttpHeaders } from 'node:http';
import { Kysely, PostgresDialect } from 'kysely';
import {
  Authenticator,
  KeyDirectory,
  KeyVerifier,
  LastUsedRecorder,
  SecretHasher,
  type ApiKeyCaller,
  type Caller,
  type JwtVerifier,
  type PlatformTokens,
} from '#libs/auth';
import { CommandRunner, type FailPoint } from '#libs/commands';
import { holds, type ScopeCatalogue } from '#libs/domain';
import { toPosition, tracedEventStore, type EventStore } from '#libs/event-store';
import { JsonSchemas } from '#libs/json-schemas';
import { OpaqueTokens, type Keyring } from '#libs/keyring';
import { listenAt } from '#libs/lifecycle';
import type { Logger, ProductMetrics } from '#libs/observability';
import { createOperationsServer, probeReadiness } from '#libs/operations';
import { createPool, roleUrl } from '#libs/postgres';
import { CheckpointWaiter, OperatorProjections, type ProjectionStatus } from '#libs/projections';
import {
  ApiKeyHistoryProjection,
  ApiKeysProjection,
  AuditLogProjection,
  endedJobs,
  getApiKey,
  JobsProjection,
  PolicyTypesProjection,
  recordUse,
  UsageProjection,
  WebhooksProjection,
  type ReadModelTables,
} from '#libs/read-models';
import type { Settings } from '#libs/settings';
import { ApiKeyWrites } from './api-keys/api-key-writes.js';
import { AuditTrail } from './audit-log/audit-trail.js';
import { AuditedDenials } from './audit-log/audited-denials.js';
import { ExportAudit } from './audit-log/export-audit.js';
import { createCommandApi } from './create-command-api.js';
import { finishRequests } from './http/finish-requests.js';
import { LogPositions } from './http/log-positions.js';
import { Extractions } from './jobs/extract/extractions.js';
import { FinishedJobs } from './jobs/extract/finished-jobs.js';
import { JobSchemas } from './jobs/job-schemas.js';
import { JobWrites } from './jobs/job-writes.js';
import { JobsModule } from './jobs/jobs.module.js';
import { CredentialWatch } from './live-events/credential-watch.js';
import { LiveEventsModule } from './live-events/live-events.module.js';
import { startLiveEvents } from './live-events/start-live-events.js';
import { OperatorModule } from './operator/operator.module.js';
import { PolicyTypes } from './policy-types/policy-types.js';
import { PolicyTypesModule } from './policy-types/policy-types.module.js';
import { JobQueue, type JobsProgress } from './worker/job-queue.js';
import { LiveCredentials } from './http/live-credentials.js';
import { UseCasesModule } from './use-cases.module.js';
import { startWebhooks } from './webhooks/start-webhooks.js';
import { IdempotencyStore } from './write-side/idempotency/idempotency-store.js';
import { IdempotentWrites } from './write-side/idempotency/idempotent-writes.js';

export interface CommandApiOptions {
  readonly settings: Settings;
  /** The owner's URL of the database with the read models, migrated; everything here connects as the api role. */
  readonly ownerUrl: string;
  /** Stays the caller's to close, after `stop`. */
  readonly eventStore: EventStore;
  readonly keyring: Keyring;
  readonly jwt: JwtVerifier;
  readonly platformTokens: PlatformTokens;
  readonly catalogue: ScopeCatalogue;
  readonly logger: Logger;
  readonly metrics: ProductMetrics;
  /** Of the projections in this process; none where they run elsewhere. */
  readonly projections: () => readonly ProjectionStatus[];
  /** What else of this process has to be in order for it to be ready, by name; none where it runs elsewhere. */
  readonly parts?: Readonly<Record<string, () => boolean>>;
  readonly documentationRoot: string;
  /** Called with the URL once the API listens; it is not ready before this is done. */
  readonly announce?: (url: string) => Promise<void>;
  /**
   * The outage that keeps the stores from being opened and migrated at a start without them, null once they are: until
   * then everybody but the operator gets it as an answer. Default: they are.
   */
  readonly missing?: () => Error | null;
  /** Called at the steps of a write; a test build ends the process there. */
  readonly failPoint?: FailPoint;
}

export interface CommandApi {
  /** Where it listens, without a trailing slash. */
  readonly url: string;
  /** Takes no more requests, finishes those in hand, writes down what is only in memory, and lets go. */
  stop(): Promise<void>;
}

/** For clients to take the answers that they asked for, of the 10 s that a stop may take. */
const FINISH_REQUESTS_MS = 5_000;
const STOP_BACKGROUND_MS = 2_000;
const DATABASE_CONNECTIONS = 10;

/** Builds the API over its stores and listens. @throws Error where it cannot listen */
export async function startCommandApi(options: CommandApiOptions): Promise<CommandApi> {
  const {
    settings,
    ownerUrl,
    eventStore,
    keyring,
    catalogue,
    logger,
    metrics,
    failPoint,
    missing = () => null,
  } = options;
  const clock = (): number => Date.now();
  const onIdleError = (error: Error): void => logger.warn({ err: error }, 'an idle database connection was lost');
  const pool = createPool({ ownerUrl, role: 'api', max: DATABASE_CONNECTIONS, onIdleError });
  // Opened by the first request of an operator.
  const operatorPool = createPool({ ownerUrl, role: 'operator', max: 2, onIdleError });
  const database = new Kysely<ReadModelTables>({ dialect: new PostgresDialect({ pool }) });
  // As many as there may be downloads at once, which so take no connection from other requests.
  const downloadPool = createPool({ ownerUrl, role: 'api', max: 4, onIdleError });
  const waiter = new CheckpointWaiter({ url: roleUrl(ownerUrl, 'api'), logger });
  const tokens = new OpaqueTokens(keyring.positionKey);
  const positions = new LogPositions(tokens);
  const hasher = new SecretHasher(keyring);

  const directory = new KeyDirectory({
    store: eventStore,
    logger,
    monotonic: () => performance.now(),
    capacity: settings.directoryMaxKeys,
    staleAfterMs: settings.directoryStaleAfterMs,
  });
  const lastUsed = new LastUsedRecorder({ write: (orgId, uses) => recordUse(pool, orgId, uses), logger });
  const verifier = new KeyVerifier({ directory, hasher, catalogue, now: clock });
  const credentials = { keys: verifier, jwt: options.jwt, platformTokens: options.platformTokens };
  const authenticator = new Authenticator({
    ...credentials,
    onKeyUse: ({ orgId, id }) => lastUsed.record(orgId, id, Math.floor(clock() / 1_000)),
  });
  // An open stream is one use of its key, however often it is looked whether the key still holds.
  const silent = new Authenticator(credentials);

  const store = tracedEventStore(eventStore);
  const runner = new CommandRunner({
    store,
    clock,
    onAppended: (events) => directory.apply(events),
    failPoint,
  });
  const writes = new IdempotentWrites({ store: new IdempotencyStore(pool), keyring, logger, failPoint });
  const sealPosition = positions.seal.bind(positions);
  const lastUsedAt = async (orgId: string, keyId: string): Promise<number | null> =>
    lastUsed.pending(keyId) ?? (await getApiKey(database, orgId, keyId))?.lastUsedAt ?? null;
  const apiKeys = new ApiKeyWrites({ runner, writes, sealPosition, lastUsedAt });
  const policyTypes = new PolicyTypes(store);
  const schemas = new JsonSchemas({ logger });
  const trail = new AuditTrail(store, clock);
  const denials = new AuditedDenials(trail, clock, logger);
  const exports = new ExportAudit(trail, logger);
  let announced = false;
  const readiness = probeReadiness({
    stores: { database: () => pool.query('select 1'), event_store: () => eventStore.head() },
    parts: {
      key_directory: () => directory.metrics().stalenessMs <= settings.directoryStaleAfterMs,
      ...options.parts,
    },
    projections: options.projections,
    started: () => announced && missing() === null,
  });
  metrics.watchDirectory(() => ({
    size: directory.metrics().keys,
    stalenessSeconds: directory.metrics().stalenessMs / 1_000,
  }));

  const versions = {
    'api-keys': new ApiKeysProjection().version,
    'api-key-history': new ApiKeyHistoryProjection().version,
    'audit-log': new AuditLogProjection().version,
    'policy-types': new PolicyTypesProjection().version,
    jobs: new JobsProjection().version,
    usage: new UsageProjection().version,
    webhooks: new WebhooksProjection().version,
  };
  const jobsId = { name: 'jobs', version: versions.jobs };
  const progress: JobsProgress = {
    mark: () => waiter.lastSeen(jobsId),
    movedOn: (mark, timeoutMs, signal) => waiter.waitFor(jobsId, toPosition(mark + 1n), timeoutMs, signal),
  };
  const queue = new JobQueue({ pool, store, runner, tokenKey: keyring.positionKey, progress, clock, metrics, logger });
  const webhooks = startWebhooks({
    ...{ settings, ownerUrl, pool, store, runner, writes, keyring, sealPosition, clock, logger },
  });
  // Whoever reads a list once the stream has begun finds everything there that is not sent.
  const beforeLive = (['audit-log', 'api-keys', 'jobs', 'webhooks'] as const).map((name) => ({
    name,
    version: versions[name],
  }));
  const live = startLiveEvents({
    ...{ ownerUrl, tokens, logger, metrics },
    head: () => eventStore.head(),
    waitFor: async (position) => {
      const waits = beforeLive.map((id) => waiter.waitFor(id, position, settings.positionWaitMs));
      return !(await Promise.all(waits)).includes(false);
    },
  });
  const recheck = {
    authenticate: (headers: IncomingHttpHeaders) =>
      silent.authenticate({ authorization: headers.authorization, xApiKey: headers['x-api-key'] }),
    holdsScope: (caller: ApiKeyCaller, scope: string) => holds(caller, scope),
  };
  const credentialWatch = new CredentialWatch({ ...recheck, clock });
  const finished = new FinishedJobs({ endedOf: (orgId, ids) => endedJobs(database, orgId, ids), progress, logger });
  const application = await createCommandApi({
    settings,
    logger,
    metrics,
    clock,
    tokens,
    database,
    downloads: new Kysely({ dialect: new PostgresDialect({ pool: downloadPool }) }),
    catalogue,
    denials,
    exports,
    readiness,
    documentationRoot: options.documentationRoot,
    authenticate: (headers) =>
      onceNothingIsMissing(
        missing,
        authenticator.authenticate({ authorization: headers.authorization, xApiKey: headers['x-api-key'] }),
      ),
    verifier,
    lastUsed,
    holdsScope: (caller, scope) => holds(caller, scope),
    eventStore: store,
    head: () => eventStore.head(),
    waitFor: (name, position, timeoutMs) =>
      name === 'deliveries'
        ? webhooks.waitFor(position, timeoutMs)
        : waiter.waitFor({ name, version: versions[name] }, position, timeoutMs),
    webhookDeliveries: webhooks.deliveries,
    modules: [
      UseCasesModule.over({ apiKeys, catalogue, hasher, writes, trail, sealPosition }),
      JobsModule.over({
        writes: new JobWrites({ store, runner, writes, sealPosition, onDue: (job) => queue.desk.offer(job) }),
        schemas: new JobSchemas(policyTypes, schemas),
        queue,
        credentials: new LiveCredentials(recheck),
        sealPosition,
        extractions: new Extractions({ finished, store, sealPosition }),
        logger,
      }),
      LiveEventsModule.over(live.events, credentialWatch),
      webhooks.module,
      PolicyTypesModule.over({ policyTypes, schemas, runner, writes, sealPosition }),
      OperatorModule.over({ projections: new OperatorProjections(operatorPool, versions), queues: queue.rows }),
    ],
  });
  const operations = createOperationsServer(readiness, metrics);
  const { server } = application.getHttpAdapter().getInstance();
  const stop = async (): Promise<void> => {
    live.stop();
    finished.close();
    await queue.sendAway();
    await Promise.all([finishRequests(server, () => application.close(), FINISH_REQUESTS_MS), operations.close()]);
    await Promise.all([
      denials.stop(STOP_BACKGROUND_MS),
      exports.stop(STOP_BACKGROUND_MS),
      directory.stop(),
      lastUsed.stop(),
      schemas.stop(),
      queue.stop(),
      waiter.close(),
      webhooks.close(),
    ]);
    await Promise.all([pool.end(), operatorPool.end(), downloadPool.end(), live.close()]);
  };
  try {
    const { port, host, metricsPort, metricsHost } = settings;
    if (metricsPort !== null)
      await listenAt('METRICS_PORT', { port: metricsPort, host: metricsHost }, (at) => operations.listen(at));
    await listenAt('PORT', { port, host }, (at) => application.listen(at.port, at.host));
    directory.start();
    lastUsed.start();
    queue.start();
    const url = (await application.getUrl()).replace(/\/$/, '');
    await options.announce?.(url);
    announced = true;
    logger.info({ url }, 'the API listens');
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The operator is let in all the same, to see what is missing. */
function onceNothingIsMissing(missing: () => Error | null, caller: Caller | Promise<Caller>): Caller | Promise<Caller> {
  const outage = missing();
  if (outage === null) return caller;
  const letIn = (known: Caller): Caller => {
    if (known.type !== 'platform') throw outage;
    return known;
  };
  return caller instanceof Promise ? caller.then(letIn) : letIn(caller);
}
