import { sql, type Kysely } from 'kysely';
import type { WebhookFacts, WebhookStatus } from '#libs/domain';
import { inOrganization } from '#libs/postgres';
import type { ReadModelTables } from '../schema/read-model-tables.js';

/** Which endpoints of a list are asked for; null: whichever. */
export interface WebhookFilter {
  readonly statuses: readonly WebhookStatus[] | null;
}

export interface WebhookPage {
  readonly limit: number;
  /** Null: from the newest. */
  readonly beforeSeq: number | null;
}

export interface ListedWebhook {
  readonly webhook: WebhookFacts;
  /** Number of the event that created it within its organization: where a list goes on behind it. */
  readonly createdSeq: number;
}

/**
 * Endpoints of one organization as the log says they are, newest first, by the event that created each; deleted ones not.
 * @throws DatabaseUnavailable
 */
export function listWebhooks(
  database: Kysely<ReadModelTables>,
  orgId: string,
  { statuses }: WebhookFilter,
  { limit, beforeSeq }: WebhookPage,
): Promise<readonly ListedWebhook[]> {
  return inOrganization(database, orgId, async (transaction) => {
    let webhooks = transaction
      .selectFrom('read_models.webhooks')
      .select(['state', 'created_seq'])
      .where('org_id', '=', orgId)
      .where('deleted', '=', false);
    if (statuses !== null) webhooks = webhooks.where(sql<boolean>`status = any(${[...statuses]}::text[])`);
    if (beforeSeq !== null) webhooks = webhooks.where('created_seq', '<', String(beforeSeq));
    const rows = await webhooks.orderBy('created_seq', 'desc').limit(limit).execute();
    return rows.map(({ state, created_seq }) => ({ webhook: state, createdSeq: Number(created_seq) }));
  });
}
