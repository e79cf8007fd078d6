import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { webhookStream, type Recorded, type WebhookEvent } from '#libs/domain';
import { toPosition, type StoredEvent } from '#libs/event-store';
import { createPool, migrate, type DatabaseRole } from '#libs/postgres';
import { createTestDatabase, secretReference, webhookCreated, webhookId, type TestDatabase } from '#libs/testing';
import { applyEndpointEvents } from '../apply-endpoint-events.js';
import { DeliveryReads } from '../delivery-reads.js';
import type { NewDelivery } from '../fan-out-writes.js';
import { DeliveryLeases, type ClaimLimits, type EndedAttempt, type LeasedDelivery } from '../leases.js';
import { webhookDeliveryMigrations } from '../schema/webhook-delivery-migrations.js';

const TABLES = 'endpoints, deliveries, history, attempt_counts, events, sequences, replays, skips, fan_out';

/** For tests: the schema `webhooks` and nothing else, written by hand and asked under the roles that do so. */
export class DeliveryDatabase {
  readonly api: pg.Pool;
  /** As the dispatcher, which works as the projector role. */
  readonly projector: pg.Pool;
  readonly leases: DeliveryLeases;
  readonly reads: DeliveryReads;
  readonly #kysely: Kysely<object>;
  #made = 0;

  private constructor(
    private readonly database: TestDatabase,
    readonly owner: pg.Client,
  ) {
    this.api = this.pool('api');
    this.projector = this.pool('projector');
    this.leases = new DeliveryLeases(this.projector);
    this.#kysely = new Kysely<object>({ dialect: new PostgresDialect({ pool: this.api }) });
    this.reads = new DeliveryReads(this.#kysely);
  }

  static async create(): Promise<DeliveryDatabase> {
    const database = await createTestDatabase();
    await migrate(database.url, webhookDeliveryMigrations);
    const owner = new pg.Client({ connectionString: database.url });
    await owner.connect();
    const created = new DeliveryDatabase(database, owner);
    await created.empty();
    return created;
  }

  /** As on a new installation. */
  async empty(): Promise<void> {
    await this.owner.query(`set search_path to webhooks; truncate ${TABLES}; select begin_fan_out(0)`);
    this.#made = 0;
  }

  pool(role: DatabaseRole): pg.Pool {
    return createPool({ ownerUrl: this.database.url, role, max: 6, onIdleError: () => undefined });
  }

  /** @returns the id of the nth endpoint, which is active and has two places to send at once */
  async endpoint(n = 0, orgId = 'org_a'): Promise<string> {
    const webhook_id = webhookId(n);
    await this.say(webhookCreated({ webhook_id, secret: secretReference(n) }, { org_id: orgId }), 0);
    // As the fan-out has it then.
    await this.owner.query(
      `update webhooks.endpoints set subscribed = '{job.completed,job.failed}' where webhook_id = $1`,
      [webhook_id],
    );
    return webhook_id;
  }

  /** The API stores such an event, and has it applied. */
  async say(event: Recorded<WebhookEvent>, revision: number): Promise<void> {
    await applyEndpointEvents(this.api, [storedEvent(event, revision)]);
  }

  /** @returns the ids of so many new deliveries, the oldest first */
  async pend(webhookId: string, count: number, given: Partial<NewDelivery> = {}): Promise<readonly string[]> {
    const deliveries = Array.from({ length: count }, () => this.newDelivery(webhookId, given));
    await this.projector.query('select webhooks.deliver($1, 0, 0)', [JSON.stringify(deliveries)]);
    return deliveries.map(({ delivery_id }) => delivery_id);
  }

  newDelivery(webhookId: string, given: Partial<NewDelivery> = {}): NewDelivery {
    const n = ++this.#made;
    return {
      ...{ delivery_id: `dlv_${String(n).padStart(20, '0')}`, org_id: 'org_a', webhook_id: webhookId },
      ...{ event_id: `evt_${String(n).padStart(32, '0')}`, event_type: 'job.completed', cause: '' },
      ...{ position: String(n), sequence: n, test: false, redelivery_of: null, body: `{"n":${n}}`, ...given },
    };
  }

  claim(limits: Partial<ClaimLimits> = {}): Promise<readonly LeasedDelivery[]> {
    return this.leases.claim({
      ...{ slow: false, most: 100, leaseMs: 30_000, inFlight: new Map(), mostOfOrganization: 1_000, ...limits },
    });
  }

  /** Delivered, or what is given. */
  async finish(leases: readonly LeasedDelivery[], given: GivenOutcome = {}): Promise<ReadonlySet<string>> {
    return this.leases.finish(
      leases.map((lease) => ended(lease, given)),
      5 * 86_400,
    );
  }

  /** As if everything that is written down had been so many milliseconds earlier. */
  async passTime(ms: number): Promise<void> {
    const earlier = `- $1::int * interval '1 ms'`;
    await this.owner.query(`update webhooks.deliveries set due_at = due_at ${earlier}`, [ms]);
    await this.owner.query(
      `update webhooks.endpoints set due_at = due_at ${earlier}, full_until = full_until ${earlier}`,
      [ms],
    );
  }

  async row<Row extends pg.QueryResultRow = Record<string, unknown>>(table: string, webhookId: string): Promise<Row> {
    const { rows } = await this.owner.query<Row>(`select * from webhooks.${table} where webhook_id = $1`, [webhookId]);
    const [row] = rows;
    if (row === undefined) throw new Error(`${table} has no row of ${webhookId}`);
    return row;
  }

  async count(table: string): Promise<number> {
    const { rows } = await this.owner.query<{ count: string }>(`select count(*) as count from webhooks.${table}`);
    return Number(rows[0]?.count);
  }

  async drop(): Promise<void> {
    await this.#kysely.destroy();
    await this.projector.end();
    await this.owner.end();
    await this.database.drop();
  }
}

export interface GivenOutcome {
  /** Null: none came. Default 204. */
  readonly response?: number | null;
  readonly error?: EndedAttempt['attempt']['error_class'];
  readonly durationMs?: number;
  /** Seconds until it is tried again; default: it is finished. */
  readonly againIn?: number;
  /** Unix milliseconds; default now. */
  readonly at?: number;
}

export function ended({ deliveryId, leaseToken }: LeasedDelivery, given: GivenOutcome = {}): EndedAttempt {
  const { error = null, againIn, at = Date.now(), durationMs = 20 } = given;
  const { response = error === null ? 204 : null } = given;
  const success = error === null;
  return {
    ...{ deliveryId, leaseToken, success, attemptedAt: at },
    attempt: {
      ...{ attempted_at: Math.floor(at / 1_000), duration_ms: durationMs, response_status: response },
      ...{ error_class: error, response_body: null },
    },
    status: success ? 'delivered' : againIn === undefined ? 'failed' : null,
    againAfterMs: againIn === undefined ? null : againIn * 1_000,
  };
}

export function storedEvent(event: Recorded<WebhookEvent>, revision: number): StoredEvent {
  return {
    ...event,
    id: `00000000-0000-4000-8000-${String(revision).padStart(12, '0')}`,
    stream: webhookStream(event.data.webhook_id),
    revision,
    position: toPosition(BigInt(revision + 1)),
    recordedAt: Date.parse(event.metadata.occurred_at),
  };
}
