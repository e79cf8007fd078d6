import type pg from 'pg';
import type { WebhookFacts } from '#libs/domain';

/** An endpoint as it was projected last, and the number of the event that created it. */
export interface ProjectedWebhook {
  readonly orgId: string;
  readonly createdSeq: number;
  readonly webhook: WebhookFacts;
}

interface WebhookRow {
  readonly org_id: string;
  readonly id: string;
  readonly created_seq: string;
  readonly state: WebhookFacts;
}

/** What names an endpoint: its row is found by both. */
export interface WebhookName {
  readonly orgId: string;
  readonly id: string;
}

/** The endpoints as they were projected last, all with one query, by their ids; those without a row are not among them. */
export async function loadWebhooks(
  transaction: pg.ClientBase,
  names: readonly WebhookName[],
): Promise<ReadonlyMap<string, ProjectedWebhook>> {
  if (names.length === 0) return new Map();
  const { rows } = await transaction.query<WebhookRow>({
    name: 'load_webhooks',
    text: `select webhooks.org_id, webhooks.id, created_seq, state
           from unnest($1::text[], $2::text[]) as wanted (org_id, id)
           join webhooks on webhooks.org_id = wanted.org_id and webhooks.id = wanted.id`,
    values: [names.map(({ orgId }) => orgId), names.map(({ id }) => id)],
  });
  return new Map(
    rows.map((row) => [row.id, { orgId: row.org_id, createdSeq: Number(row.created_seq), webhook: row.state }]),
  );
}
