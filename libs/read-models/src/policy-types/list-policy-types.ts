import type { Kysely } from 'kysely';
import type { PolicyTypeState } from '#libs/domain';
import { inOrganization } from '#libs/postgres';
import type { ReadModelTables } from '../schema/read-model-tables.js';

export interface ListedPolicyType {
  readonly policyType: PolicyTypeState;
  /** Number of the event that made it within its organization: where a list goes on behind it. */
  readonly createdSeq: number;
}

/** Policy types of one organization, newest first, by the event that made each. @throws DatabaseUnavailable */
export function listPolicyTypes(
  database: Kysely<ReadModelTables>,
  orgId: string,
  { limit, beforeSeq }: { readonly limit: number; readonly beforeSeq: number | null },
): Promise<readonly ListedPolicyType[]> {
  return inOrganization(database, orgId, async (transaction) => {
    let types = transaction
      .selectFrom('read_models.policy_types')
      .select(['state', 'created_seq'])
      .where('org_id', '=', orgId);
    if (beforeSeq !== null) types = types.where('created_seq', '<', String(beforeSeq));
    const rows = await types.orderBy('created_seq', 'desc').limit(limit).execute();
    return rows.map(({ state, created_seq }) => ({ policyType: state, createdSeq: Number(created_seq) }));
  });
}
