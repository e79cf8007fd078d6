import { sql, type Kysely, type Transaction } from 'kysely';
import { orUnavailable } from './database-unavailable.js';

/**
 * Runs the work in one transaction that row-level security confines to one organization: every policy compares
 * `org_id` with `keyledger.org_id`, which is set for this transaction only, and shows nothing where it is not set.
 * @param isolation `repeatable read` where several statements must see the same instant
 * @throws DatabaseUnavailable
 */
export function inOrganization<Tables, T>(
  database: Kysely<Tables>,
  orgId: string,
  work: (transaction: Transaction<Tables>) => Promise<T>,
  isolation: 'read committed' | 'repeatable read' = 'read committed',
): Promise<T> {
  return orUnavailable(() =>
    database
      .transaction()
      .setIsolationLevel(isolation)
      .execute(async (transaction) => {
        await sql`select set_config('keyledger.org_id', ${orgId}, true)`.execute(transaction);
        return work(transaction);
      }),
  );
}
