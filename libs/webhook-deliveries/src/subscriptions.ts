import type pg from 'pg';

/** An endpoint as the fan-out sees it. */
export interface Subscription {
  readonly webhookId: string;
  readonly types: ReadonlySet<string>;
  readonly lastSequence: number;
}

interface SubscriptionRow {
  readonly org_id: string;
  readonly webhook_id: string;
  readonly subscribed: readonly string[];
  readonly last_sequence: string;
}

/** The endpoints of these organizations at the fan-out's place in the log. */
export async function loadSubscriptions(
  client: pg.ClientBase,
  orgIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Subscription[]>> {
  const { rows } = await client.query<SubscriptionRow>(
    `select org_id, webhook_id, subscribed, last_sequence from webhooks.endpoints
     where org_id = any($1) and subscribed is not null order by webhook_id`,
    [orgIds],
  );
  const found = new Map<string, Subscription[]>(orgIds.map((orgId) => [orgId, []]));
  for (const { org_id, webhook_id, subscribed, last_sequence } of rows) {
    found.get(org_id)?.push({ webhookId: webhook_id, types: new Set(subscribed), lastSequence: Number(last_sequence) });
  }
  return found;
}
