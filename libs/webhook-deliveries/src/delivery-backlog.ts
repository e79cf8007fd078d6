import type pg from 'pg';

/** What waits, of all organizations together. */
export interface DeliveryBacklog {
  readonly pending: number;
  /** Since when the delivery waits that is due longest, of endpoints that are active; 0 where none is. */
  readonly oldestSeconds: number;
  readonly inFlight: number;
}

/** Up to 100,000 are counted. */
export async function deliveryBacklog(client: pg.ClientBase | pg.Pool): Promise<DeliveryBacklog> {
  const { rows } = await client.query<{ pending: string; in_flight: string; oldest: number | null }>(`
    select
      (select count(*) from (select 1 from webhooks.deliveries limit 100000) counted) as pending,
      (select count(*) from webhooks.deliveries where lease_token is not null) as in_flight,
      (select extract(epoch from clock_timestamp() - min(oldest.due_at))::float8 from webhooks.endpoints e
        cross join lateral (
          select d.due_at from webhooks.deliveries d where d.webhook_id = e.webhook_id order by d.due_at limit 1
        ) oldest
        where e.status = 'active' and e.due_at < 'infinity') as oldest`);
  const [row] = rows;
  return {
    pending: Number(row?.pending ?? 0),
    inFlight: Number(row?.in_flight ?? 0),
    oldestSeconds: Math.max(0, row?.oldest ?? 0),
  };
}
