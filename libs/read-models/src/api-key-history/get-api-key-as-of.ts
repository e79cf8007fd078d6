import type { Kysely } from 'kysely';
import { inOrganization } from '#libs/postgres';
import type { ReadModelTables } from '../schema/read-model-tables.js';
import { toKeyAsOf, type KeyAsOf } from './key-as-of.js';

/**
 * A key as the events up to an instant (Unix milliseconds, inclusive) left it. Null where it was not made yet or was
 * deleted already, and for an unknown key or one of another organization alike.
 * @throws DatabaseUnavailable
 */
export function getApiKeyAsOf(
  database: Kysely<ReadModelTables>,
  orgId: string,
  id: string,
  atMs: number,
): Promise<KeyAsOf | null> {
  return inOrganization(database, orgId, async (transaction) => {
    const row = await transaction
      .selectFrom('read_models.api_key_states as states')
      .innerJoin('read_models.api_key_steps as steps', (join) =>
        join
          .onRef('steps.org_id', '=', 'states.org_id')
          .onRef('steps.lineage', '=', 'states.lineage')
          .onRef('steps.revision', '=', 'states.revision'),
      )
      .select(['states.id', 'states.created_seq', 'states.deleted', 'steps.states'])
      .where('states.org_id', '=', orgId)
      .where('states.id', '=', id)
      .where('states.began_at', '<=', String(atMs))
      // The last that began by then is the one: by the primary key, whatever came after it.
      .orderBy('states.began_at', 'desc')
      .orderBy('states.revision', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row === undefined || row.deleted ? null : toKeyAsOf(row);
  });
}
