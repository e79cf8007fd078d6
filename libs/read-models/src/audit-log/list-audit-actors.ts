import type { Kysely } from 'kysely';
import type { Actor } from '#libs/domain';
import { inOrganization } from '#libs/postgres';
import type { ReadModelTables } from '../schema/read-model-tables.js';

const MOST = 1_000;

/** Who is in the organization's audit log, the last to act first, at most 1,000, each by the newest name. @throws DatabaseUnavailable */
export function listAuditActors(database: Kysely<ReadModelTables>, orgId: string): Promise<readonly Actor[]> {
  return inOrganization(database, orgId, (transaction) =>
    transaction
      .selectFrom('read_models.audit_actors')
      .select(['type', 'id', 'name'])
      .where('org_id', '=', orgId)
      .orderBy('last_seq', 'desc')
      .limit(MOST)
      .execute(),
  );
}
