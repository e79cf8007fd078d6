import type { Kysely } from 'kysely';
import { lineageOf, parseApiKeyEvent, type ApiKeyEvent } from '#libs/domain';
import { inOrganization } from '#libs/postgres';
import type { ReadModelTables } from '../schema/read-model-tables.js';
import { lineageEvents } from './lineage-events.js';

/**
 * Whether the organization has or ever had a key of that id, deleted ones included. It is asked of what the history is
 * read from, so that the two never disagree.
 * @throws DatabaseUnavailable
 */
export async function wasKey(database: Kysely<ReadModelTables>, orgId: string, id: string): Promise<boolean> {
  const lineage = lineageOf(id);
  if (lineage === null) return false;
  return inOrganization(database, orgId, async (transaction) => {
    const makers = ['api_key.created', 'api_key.rotated'] satisfies ApiKeyEvent['type'][];
    for await (const { event } of lineageEvents(transaction, orgId, lineage, makers)) {
      if (keyMadeBy(parseApiKeyEvent(event)) === id) return true;
    }
    return false;
  });
}

function keyMadeBy(event: ApiKeyEvent): string | null {
  if (event.type === 'api_key.rotated') return event.data.successor.key_id;
  return event.type === 'api_key.created' ? event.data.key_id : null;
}
