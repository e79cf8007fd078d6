import type { Kysely } from 'kysely';
import { inOrganization } from '#libs/postgres';
import { toRecordedEvent } from '../audit-log/recorded-event.js';
import type { LogEvent } from '../log/list-log-events.js';
import type { ReadModelTables } from '../schema/read-model-tables.js';

/** The organization's last event, null where it has none. @throws DatabaseUnavailable */
export function newestLogEvent(database: Kysely<ReadModelTables>, orgId: string): Promise<LogEvent | null> {
  return inOrganization(database, orgId, async (transaction) => {
    const row = await transaction
      .selectFrom('read_models.audit_entries')
      .select(['seq', 'event_type', 'event'])
      .where('org_id', '=', orgId)
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row === undefined ? null : { seq: Number(row.seq), event: toRecordedEvent(row) };
  });
}
