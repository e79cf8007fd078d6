import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { CommandRunner, webhookStreams } from '#libs/commands';
import { lineageStream, webhookStream } from '#libs/domain';
import { NO_STREAM, type EventToStore } from '#libs/event-store';
import { openStores, type ObservedEventStore } from '#libs/event-stores';
import type { Keyring } from '#libs/keyring';
import { InProcessBus } from '#libs/messaging';
import { ProductMetrics, SILENT, type Logger } from '#libs/observability';
import { createPool } from '#libs/postgres';
import { beginFanOut } from '#libs/webhook-deliveries';
import { hintOf, newSigningSecret, WebhookSecrets } from '#libs/webhook-secrets';
import { createPublisher, type RunningPublisher } from '../../apps/projector/src/publisher/create-publisher.js';
import { standaloneMigrations } from '../../apps/standalone/src/standalone-migrations.js';
import { createDispatcher, type Dispatcher } from '../../apps/webhook-dispatcher/src/create-dispatcher.js';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const newId = (prefix: string): string => prefix + [...randomBytes(20)].map((byte) => BASE62[byte % 62]).join('');

/** Log, publisher, bus and dispatcher in this process, as in the embedded default, without API and projections. */
export class DeliveryRig {
  #publisher: RunningPublisher | null = null;
  #dispatcher: Dispatcher | null = null;
  readonly #bus = new InProcessBus();
  #keys = 0;

  private constructor(
    private readonly ownerUrl: string,
    readonly store: ObservedEventStore,
    private readonly keyring: Keyring,
    readonly pool: pg.Pool,
    private readonly apiPool: pg.Pool,
    private readonly logger: Logger,
  ) {}

  static async open(ownerUrl: string, logger: Logger = SILENT): Promise<DeliveryRig> {
    const signal = new AbortController().signal;
    const stores = { databaseUrl: ownerUrl, eventStoreUrl: null, migrations: standaloneMigrations };
    const store = await openStores({ ...stores, logger, signal });
    const keyring = { currentPepper: 1, peppers: new Map([[1, randomBytes(32)]]), positionKey: randomBytes(32) };
    const onIdleError = (): void => undefined;
    const pool = createPool({ ownerUrl, role: 'projector', max: 2, statementTimeoutMs: 60_000, onIdleError });
    const apiPool = createPool({ ownerUrl, role: 'api', max: 2, onIdleError });
    await beginFanOut(apiPool, await store.head());
    return new DeliveryRig(ownerUrl, store, keyring, pool, apiPool, logger);
  }

  start(): void {
    const { ownerUrl, store: eventStore, keyring, logger } = this;
    this.#publisher = createPublisher({ ownerUrl, eventStore, bus: this.#bus, logger });
    this.#dispatcher = createDispatcher({
      ...{
        ownerUrl,
        eventStore,
        bus: this.#bus,
        keyring,
        logger,
        metrics: new ProductMetrics({ processMetrics: false }),
      },
      settings: {
        ...{ webhookAllowHttp: true, webhookAllowedCidrs: ['127.0.0.0/8'] },
        ...{ webhookPorts: [], webhookRetentionDays: 30 },
      },
    });
    this.#publisher.start();
    this.#dispatcher.start();
  }

  async endpoint(orgId: string, url: string): Promise<string> {
    const [webhookId, secretId, secret] = [newId('whk_'), newId('whs_'), newSigningSecret()];
    await new WebhookSecrets(this.apiPool, this.keyring).keep({ orgId, webhookId, secretId, secret });
    const runner = new CommandRunner({ store: this.store, clock: Date.now, onAppended: () => undefined });
    const kept = { secretId, hint: hintOf(secret) };
    await runner.run({
      type: webhookStreams,
      stream: webhookStream(webhookId),
      commandId: randomUUID(),
      metadata: {
        ...{ org_id: orgId, actor: { type: 'user', id: 'u', name: null }, request_id: 'r', correlation_id: 'r' },
        ...{ reason: null, ip: null, user_agent: null },
      },
      command: (now) => ({
        ...{
          kind: 'CreateWebhook' as const,
          webhookId,
          url,
          events: ['api_key.created'],
          description: null,
          secret: kept,
          now,
        },
      }),
      repeated: false,
    });
    return webhookId;
  }

  /** One event that every endpoint of the organization gets; resolves when it is in the log. @returns the key's name */
  async event(orgId: string): Promise<string> {
    const n = this.#keys++;
    const lineage = `Bench${String(n).padStart(11, '0')}`;
    const name = `k${n}`;
    const result = await this.store.append(lineageStream(lineage), NO_STREAM, [
      keyCreated(orgId, `ak_${lineage}0000`, name),
    ]);
    if (result.outcome !== 'stored') throw new Error('an append to a new stream was refused');
    return name;
  }

  /** So many events, a few hundred at once. */
  async events(orgId: string, count: number): Promise<void> {
    for (let done = 0; done < count; done += 500) {
      await Promise.all(Array.from({ length: Math.min(500, count - done) }, () => this.event(orgId)));
    }
  }

  async finished(): Promise<number> {
    const { rows } = await this.pool.query<{ n: string }>('select count(*) as n from webhooks.history');
    return Number(rows[0]?.n);
  }

  async pending(): Promise<number> {
    const { rows } = await this.pool.query<{ n: string }>('select count(*) as n from webhooks.deliveries');
    return Number(rows[0]?.n);
  }

  async until(isSo: () => Promise<boolean>): Promise<void> {
    while (!(await isSo())) await delay(25);
  }

  async close(): Promise<void> {
    await this.#publisher?.stop();
    await this.#dispatcher?.stop();
    await Promise.all([this.pool.end(), this.apiPool.end(), this.#bus.close()]);
    await this.store.close();
  }
}

function keyCreated(orgId: string, keyId: string, name: string): EventToStore {
  return {
    id: randomUUID(),
    type: 'api_key.created',
    data: {
      ...{
        key_id: keyId,
        name,
        description: null,
        key_type: 'service',
        environment: 'live',
        access: 'full',
        scopes: [],
      },
      ...{ hint: 'ak_live_2YkL…cdef', hash: 'x', pepper_version: 1, lifetime_seconds: null, expires_at: null },
    },
    metadata: {
      ...{ org_id: orgId, actor: { type: 'user', id: 'u', name: null }, request_id: 'r', correlation_id: 'r' },
      ...{ causation_id: 'c', schema_version: 1, reason: null, occurred_at: new Date().toISOString() },
      ...{ ip: null, user_agent: null },
    },
  };
}
