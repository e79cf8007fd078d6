import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { WebhookFigures } from '#libs/domain';
import { inOrganization } from '#libs/postgres';
import type { DeliveryStatus, DeliveryView } from './delivery-view.js';
import { ENDPOINT_FIGURES, toFigures, type FiguresRow } from './endpoint-figures.js';

export interface DeliveryFilter {
  /** Undefined: all. */
  readonly status?: readonly DeliveryStatus[] | undefined;
  readonly eventType?: readonly string[] | undefined;
  readonly limit: number;
  /** The `next` of the page before; null: from the newest on. */
  readonly before: string | null;
}

export interface DeliveryPage {
  readonly deliveries: readonly DeliveryView[];
  /** Where the next page goes on; null: there is none. */
  readonly next: string | null;
}

/** Whose events to count. */
export interface EventRange {
  readonly types: readonly string[];
  /** Unix seconds: from `since` on, before `until`. */
  readonly since: number;
  readonly until: number;
}

interface DeliveryRow {
  readonly number: string;
  readonly delivery: DeliveryView;
}

/** What the API shows of deliveries, confined to one organization. Every method rejects with DatabaseUnavailable in an outage. */
export class DeliveryReads {
  constructor(private readonly database: Kysely<object>) {}

  /** Newest first. A page stays right while deliveries are added and while they finish. */
  async list(orgId: string, webhookId: string, filter: DeliveryFilter): Promise<DeliveryPage> {
    const { limit } = filter;
    const rows = await this.#read(orgId, listed(webhookId, filter));
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown.at(-1) : undefined;
    return { deliveries: shown.map(({ delivery }) => delivery), next: last?.number ?? null };
  }

  async get(orgId: string, webhookId: string, deliveryId: string): Promise<DeliveryView | null> {
    const condition = sql`webhook_id = ${webhookId} and delivery_id = ${deliveryId}`;
    const rows = await this.#read(
      orgId,
      sql<DeliveryRow>`${pending(condition)} union all ${finished(condition)} limit 1`,
    );
    return rows[0]?.delivery ?? null;
  }

  /** Of each that there is anything known of. */
  async figures(orgId: string, webhookIds: readonly string[]): Promise<ReadonlyMap<string, WebhookFigures>> {
    if (webhookIds.length === 0) return new Map();
    const { rows } = await inOrganization(this.database, orgId, (transaction) =>
      sql<FiguresRow>`${sql.raw(ENDPOINT_FIGURES)} where e.webhook_id = any(${webhookIds}::text[])`.execute(
        transaction,
      ),
    );
    return toFigures(rows);
  }

  /** How many integration events of the organization happened in the range, as far as the fan-out has got. */
  async countEvents(orgId: string, { types, since, until }: EventRange): Promise<number> {
    const { rows } = await inOrganization(this.database, orgId, (transaction) =>
      sql<{ count: string }>`
        select count(*) as count from webhooks.events
        where org_id = ${orgId} and event_type = any(${types}::text[])
          and occurred_at >= to_timestamp(${since}) and occurred_at < to_timestamp(${until})`.execute(transaction),
    );
    return Number(rows[0]?.count ?? 0);
  }

  async #read(orgId: string, query: RawBuilder<DeliveryRow>): Promise<readonly DeliveryRow[]> {
    const { rows } = await inOrganization(this.database, orgId, (transaction) => query.execute(transaction));
    return rows;
  }
}

function listed(webhookId: string, { status, eventType, limit, before }: DeliveryFilter): RawBuilder<DeliveryRow> {
  const condition = sql`webhook_id = ${webhookId}
    and (${before}::bigint is null or number < ${before}::bigint)
    and (${eventType ?? null}::text[] is null or event_type = any(${eventType ?? null}::text[]))`;
  const finishedStatus = (status ?? ['delivered', 'failed', 'skipped']).filter((one) => one !== 'pending');
  const newest = sql`order by number desc limit ${limit + 1}`;
  const parts = [
    ...(status === undefined || status.includes('pending')
      ? [sql<DeliveryRow>`(${pending(condition)} ${newest})`]
      : []),
    ...(finishedStatus.length === 0
      ? []
      : [sql<DeliveryRow>`(${finished(sql`${condition} and status = any(${finishedStatus}::text[])`)} ${newest})`]),
  ];
  // Of one part alone, in brackets and with an order, Postgres takes no second order.
  return sql<DeliveryRow>`select number, delivery from (${sql.join(parts, sql` union all `)}) listed ${newest}`;
}

function pending(condition: RawBuilder<unknown>): RawBuilder<DeliveryRow> {
  return sql<DeliveryRow>`select number, ${view(sql`'pending'`, sql`next_attempt_at`)} from webhooks.deliveries where ${condition}`;
}

function finished(condition: RawBuilder<unknown>): RawBuilder<DeliveryRow> {
  return sql<DeliveryRow>`select number, ${view(sql`status`, sql`null::timestamptz`)} from webhooks.history where ${condition}`;
}

function view(status: RawBuilder<unknown>, nextAttemptAt: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`jsonb_build_object(
    'id', delivery_id, 'event_id', event_id, 'event_type', event_type, 'sequence', sequence, 'status', ${status},
    'test', test, 'redelivery_of', redelivery_of, 'created_at', floor(extract(epoch from created_at)),
    'next_attempt_at', floor(extract(epoch from ${nextAttemptAt})), 'attempts', attempts) as delivery`;
}
