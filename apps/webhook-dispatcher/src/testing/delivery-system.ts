import { randomBytes, randomUUID } from 'node:crypto';
import { Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import { CommandRunner, webhookStreams } from '#libs/commands';
import { webhookStream, type Actor, type DomainEvent, type Recorded, type WebhookCommand } from '#libs/domain';
import { NO_STREAM, type EventStore, type Position, type StoredEvent } from '#libs/event-store';
import { eventStoreMigrations, PostgresEventStore } from '#libs/event-store-postgres';
import type { Keyring } from '#libs/keyring';
import { InProcessBus, type MessageBus } from '#libs/messaging';
import { ProductMetrics, SILENT, type Logger } from '#libs/observability';
import { createPool, migrate, roleUrl } from '#libs/postgres';
import { CheckpointWaiter } from '#libs/projections';
import { readModelMigrations } from '#libs/read-models';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import {
  beginFanOut,
  DeliveryReads,
  FAN_OUT_PROGRESS,
  webhookDeliveryMigrations,
  type DeliveryView,
} from '#libs/webhook-deliveries';
import { hintOf, newSigningSecret, WebhookSecrets, webhookSecretMigrations } from '#libs/webhook-secrets';
import { createDispatcher, type Dispatcher, type DispatcherOptions } from '../create-dispatcher.js';

export const ORG = 'org_a';
const ADMIN: Actor = { type: 'user', id: 'user_1', name: null };

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const newId = (prefix: string): string => prefix + [...randomBytes(20)].map((byte) => BASE62[byte % 62]).join('');

export interface DispatchOptions extends Pick<DispatcherOptions, 'resolver'> {
  /** Whom it may send to beside the public, default all of this machine. */
  readonly allowedCidrs?: readonly string[];
}

/** For tests: log, deliveries and dispatchers over a real Postgres, with nothing else of the product. */
export class DeliverySystem {
  readonly dispatchers: Dispatcher[] = [];
  readonly reads: DeliveryReads;
  readonly #runner: CommandRunner;
  readonly #secrets: WebhookSecrets;
  readonly #waiter: CheckpointWaiter;
  readonly #database: Kysely<object>;

  private constructor(
    private readonly database: TestDatabase,
    readonly store: EventStore,
    private readonly keyring: Keyring,
    private readonly apiPool: pg.Pool,
    readonly logger: Logger,
  ) {
    this.#database = new Kysely<object>({ dialect: new PostgresDialect({ pool: apiPool }) });
    this.reads = new DeliveryReads(this.#database);
    this.#runner = new CommandRunner({ store, clock: Date.now, onAppended: () => undefined });
    this.#secrets = new WebhookSecrets(apiPool, keyring);
    this.#waiter = new CheckpointWaiter({ url: roleUrl(database.url, 'api'), logger, progress: FAN_OUT_PROGRESS });
  }

  static async create(logger: Logger = SILENT): Promise<DeliverySystem> {
    const database = await createTestDatabase();
    const migrations = [
      ...eventStoreMigrations,
      ...readModelMigrations,
      ...webhookDeliveryMigrations,
      ...webhookSecretMigrations,
    ];
    await migrate(database.url, migrations);
    const store = await PostgresEventStore.open({ ownerUrl: database.url, logger });
    const keyring = { currentPepper: 1, peppers: new Map([[1, randomBytes(32)]]), positionKey: randomBytes(32) };
    const apiPool = createPool({ ownerUrl: database.url, role: 'api', max: 4, onIdleError: () => undefined });
    await beginFanOut(apiPool, await store.head());
    return new DeliverySystem(database, store, keyring, apiPool, logger);
  }

  get url(): string {
    return this.database.url;
  }

  /** One more dispatcher; without a bus it hears of nothing and reads the log. */
  dispatch(
    bus: MessageBus = new InProcessBus(),
    { allowedCidrs = ['127.0.0.0/8'], ...options }: DispatchOptions = {},
  ): Dispatcher {
    const dispatcher = createDispatcher({
      ...{ ownerUrl: this.database.url, eventStore: this.store, bus, keyring: this.keyring, logger: this.logger },
      metrics: new ProductMetrics({ processMetrics: false }),
      silenceMs: 50,
      settings: {
        webhookAllowHttp: true,
        webhookAllowedCidrs: allowedCidrs,
        webhookPorts: [],
        webhookRetentionDays: 30,
      },
      ...options,
    });
    dispatcher.start();
    this.dispatchers.push(dispatcher);
    return dispatcher;
  }

  /** @returns id and secret of a new endpoint */
  async endpoint(
    url: string,
    events: readonly string[] = ['api_key.created'],
    orgId = ORG,
  ): Promise<{ readonly id: string; readonly secret: string }> {
    const [id, secretId, secret] = [newId('whk_'), newId('whs_'), newSigningSecret()];
    await this.#secrets.keep({ orgId, webhookId: id, secretId, secret });
    const kept = { secretId, hint: hintOf(secret) };
    await this.command(
      id,
      (now) => ({ kind: 'CreateWebhook', webhookId: id, url, events, description: null, secret: kept, now }),
      orgId,
    );
    return { id, secret };
  }

  /** @returns the new secret */
  async rotateSecret(webhookId: string, overlapSeconds: number): Promise<string> {
    const [secretId, secret] = [newId('whs_'), newSigningSecret()];
    await this.#secrets.keep({ orgId: ORG, webhookId, secretId, secret });
    const kept = { secretId, hint: hintOf(secret) };
    await this.command(webhookId, (now) => ({
      kind: 'RotateWebhookSecret',
      webhookId,
      secret: kept,
      overlapSeconds,
      now,
    }));
    return secret;
  }

  /** Appends what the command makes happen. */
  async command(
    webhookId: string,
    command: (now: number) => WebhookCommand,
    orgId = ORG,
  ): Promise<readonly StoredEvent[]> {
    const { events } = await this.#runner.run({
      type: webhookStreams,
      stream: webhookStream(webhookId),
      commandId: randomUUID(),
      metadata: {
        ...{
          org_id: orgId,
          actor: ADMIN,
          request_id: 'r',
          correlation_id: 'r',
          reason: null,
          ip: null,
          user_agent: null,
        },
      },
      command,
      repeated: false,
    });
    return events;
  }

  /** Appends events to a stream that is new. */
  async append(stream: string, events: readonly Recorded<DomainEvent>[], orgId = ORG): Promise<Position> {
    const toStore = events.map(({ type, data, metadata }) => ({
      ...{ id: randomUUID(), type, data, metadata: { ...metadata, org_id: orgId } },
    }));
    const result = await this.store.append(stream, NO_STREAM, toStore);
    if (result.outcome !== 'stored') throw new Error(`${stream} is not new`);
    return result.position;
  }

  /** Until the fan-out has everything that is in the log. */
  async fannedOut(): Promise<void> {
    const reached = await this.#waiter.waitFor({ name: 'deliveries', version: 1 }, await this.store.head(), 170_000);
    if (!reached) throw new Error('the fan-out did not get to the end of the log');
  }

  /** Newest first. */
  async deliveries(webhookId: string, orgId = ORG): Promise<readonly DeliveryView[]> {
    return (await this.reads.list(orgId, webhookId, { limit: 1_000, before: null })).deliveries;
  }

  /** As the dispatcher's role, which sees everything. */
  async asOwner<Row extends pg.QueryResultRow>(statement: string, values: unknown[] = []): Promise<readonly Row[]> {
    const pool = createPool({ ownerUrl: this.database.url, role: 'projector', max: 1, onIdleError: () => undefined });
    try {
      return (await pool.query<Row>(statement, values)).rows;
    } finally {
      await pool.end();
    }
  }

  async drop(): Promise<void> {
    await Promise.all(this.dispatchers.map((dispatcher) => dispatcher.stop()));
    await this.#waiter.close();
    await this.#database.destroy();
    await this.store.close();
    await this.database.drop();
  }
}
