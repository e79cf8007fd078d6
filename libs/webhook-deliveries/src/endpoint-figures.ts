import type pg from 'pg';
import type { WebhookFigures } from '#libs/domain';

export interface FiguresRow {
  readonly webhook_id: string;
  readonly last_delivery: WebhookFigures['lastDelivery'];
  readonly attempts: string | null;
  readonly successes: string | null;
  readonly backlog: string;
}

/** Of `e`, an endpoint. */
export const ENDPOINT_FIGURES = `
  select e.webhook_id, e.last_delivery, counted.attempts, counted.successes,
    (select count(*) from webhooks.deliveries d where d.webhook_id = e.webhook_id) as backlog
  from webhooks.endpoints e
  left join lateral (
    select sum(c.attempts) as attempts, sum(c.successes) as successes from webhooks.attempt_counts c
    where c.webhook_id = e.webhook_id and c.minute > clock_timestamp() - interval '24 hours'
  ) counted on true`;

/** How these endpoints fare, whosesoever they are. */
export async function endpointFigures(
  client: pg.ClientBase | pg.Pool,
  webhookIds: readonly string[],
): Promise<ReadonlyMap<string, WebhookFigures>> {
  const { rows } = await client.query<FiguresRow>(`${ENDPOINT_FIGURES} where e.webhook_id = any($1)`, [webhookIds]);
  return toFigures(rows);
}

/** By the endpoint's id. */
export function toFigures(rows: readonly FiguresRow[]): ReadonlyMap<string, WebhookFigures> {
  return new Map(
    rows.map(({ webhook_id, last_delivery, attempts, successes, backlog }) => {
      const isKnown = attempts !== null && Number(attempts) > 0;
      const successRate24h = isKnown ? Number(successes) / Number(attempts) : null;
      return [webhook_id, { lastDelivery: last_delivery, successRate24h, backlog: Number(backlog) }];
    }),
  );
}
