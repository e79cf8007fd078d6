import type pg from 'pg';
import { orUnavailable } from '#libs/postgres';
import type { AttemptView } from './delivery-view.js';

/** A delivery that whoever holds its token may attempt, until the lease ends. */
export interface LeasedDelivery {
  readonly deliveryId: string;
  readonly leaseToken: string;
  readonly orgId: string;
  readonly webhookId: string;
  readonly url: string;
  /** Newest first; `endsAt` Unix seconds. */
  readonly secrets: readonly { readonly secretId: string; readonly endsAt: number | null }[];
  readonly eventId: string;
  readonly eventType: string;
  readonly test: boolean;
  readonly redelivery: boolean;
  readonly body: string;
  /** Made before this one. */
  readonly attempts: number;
  /** When it was leased by the clock of the database, Unix milliseconds: whose own clock is wrong knows the time by it. */
  readonly leasedAt: number;
}

export interface ClaimLimits {
  readonly slow: boolean;
  readonly most: number;
  readonly leaseMs: number;
  /** How many of its places an organization has taken at the caller's. */
  readonly inFlight: ReadonlyMap<string, number>;
  readonly mostOfOrganization: number;
}

/** What an attempt came to. */
export interface EndedAttempt {
  readonly deliveryId: string;
  readonly leaseToken: string;
  readonly attempt: AttemptView;
  readonly success: boolean;
  /** Null: it is tried again after `againAfterMs`. */
  readonly status: 'delivered' | 'failed' | null;
  /** From when it is written down on. */
  readonly againAfterMs: number | null;
  /** Unix milliseconds. */
  readonly attemptedAt: number;
}

interface ClaimedRow {
  readonly delivery_id: string;
  readonly lease_token: string;
  readonly org_id: string;
  readonly webhook_id: string;
  readonly url: string;
  readonly secrets: readonly { readonly secret_id: string; readonly ends_at: number | null }[];
  readonly event_id: string;
  readonly event_type: string;
  readonly test: boolean;
  readonly redelivery: boolean;
  readonly body: string;
  readonly attempts: number;
  readonly leased_at: number;
}

/** Who may attempt what, in Postgres. Every method rejects with DatabaseUnavailable in an outage. */
export class DeliveryLeases {
  constructor(private readonly pool: pg.Pool) {}

  async claim({ slow, most, leaseMs, inFlight, mostOfOrganization }: ClaimLimits): Promise<readonly LeasedDelivery[]> {
    const { rows } = await orUnavailable(() =>
      this.pool.query<ClaimedRow>({
        name: 'claim_deliveries',
        text: 'select * from webhooks.claim_deliveries($1, $2, $3, $4, $5, $6)',
        values: [slow, most, leaseMs, [...inFlight.keys()], [...inFlight.values()], mostOfOrganization],
      }),
    );
    return rows.map(toLeased);
  }

  /**
   * Writes down what attempts came to, all or none. @returns the ids of those whose lease still held: of the others nothing is kept
   * @param failingSeconds without a success, after which an endpoint is disabled
   */
  async finish(ended: readonly EndedAttempt[], failingSeconds: number): Promise<ReadonlySet<string>> {
    const given = ended.map((one) => ({
      ...{ delivery_id: one.deliveryId, lease_token: one.leaseToken, attempt: one.attempt, success: one.success },
      ...{ status: one.status, again_after_ms: one.againAfterMs, attempted_at: one.attemptedAt },
    }));
    const { rows } = await orUnavailable(() =>
      this.pool.query<{ id: string }>({
        name: 'finish_attempts',
        text: 'select heard as id from webhooks.finish_attempts($1, $2) heard',
        values: [JSON.stringify(given), failingSeconds],
      }),
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** Gives them back untried; they are due again after so many milliseconds. */
  async release(leases: readonly Pick<LeasedDelivery, 'deliveryId' | 'leaseToken'>[], afterMs: number): Promise<void> {
    const values = [leases.map(({ deliveryId }) => deliveryId), leases.map(({ leaseToken }) => leaseToken), afterMs];
    await orUnavailable(() => this.pool.query('select webhooks.release_deliveries($1, $2, $3)', values));
  }

  /** @returns those of these endpoints to which nothing may be sent */
  async halted(webhookIds: readonly string[]): Promise<readonly string[]> {
    const { rows } = await orUnavailable(() => this.pool.query<{ webhook_id: string }>(HALTED, [webhookIds]));
    return rows.map(({ webhook_id }) => webhook_id);
  }
}

const HALTED = `
  select given.webhook_id from unnest($1::text[]) as given(webhook_id)
  where not exists (
    select from webhooks.endpoints e
    where e.webhook_id = given.webhook_id and e.status = 'active' and e.disable_reason is null)`;

function toLeased(row: ClaimedRow): LeasedDelivery {
  return {
    deliveryId: row.delivery_id,
    leaseToken: row.lease_token,
    orgId: row.org_id,
    webhookId: row.webhook_id,
    url: row.url,
    secrets: row.secrets.map(({ secret_id, ends_at }) => ({ secretId: secret_id, endsAt: ends_at })),
    eventId: row.event_id,
    eventType: row.event_type,
    test: row.test,
    redelivery: row.redelivery,
    body: row.body,
    attempts: row.attempts,
    leasedAt: row.leased_at,
  };
}
