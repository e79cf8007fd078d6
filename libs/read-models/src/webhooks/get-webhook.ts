import type { Kysely } from 'kysely';
import type { WebhookFacts } from '#libs/domain';
import { inOrganization } from '#libs/postgres';
import type { ReadModelTables } from '../schema/read-model-tables.js';

/** Null for an unknown endpoint, a deleted one and one of another organization alike. @throws DatabaseUnavailable */
export function getWebhook(database: Kysely<ReadModelTables>, orgId: string, id: string): Promise<WebhookFacts | null> {
  return inOrganization(database, orgId, async (transaction) => {
    const row = await transaction
      .selectFrom('read_models.webhooks')
      .select('state')
      .where('org_id', '=', orgId)
      .where('id', '=', id)
      .where('deleted', '=', false)
      .executeTakeFirst();
    return row?.state ?? null;
  });
}
