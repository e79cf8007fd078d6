import { sql, type Kysely } from 'kysely';
import { inOrganization } from '#libs/postgres';
import { toRecordedEvent } from '../audit-log/recorded-event.js';
import type { LogEvent } from '../log/list-log-events.js';
import type { ReadModelTables } from '../schema/read-model-tables.js';

export interface BoundedLogPage {
  readonly events: readonly LogEvent[];
  /** Whether the organization's log ended here when the page was read. */
  readonly caughtUp: boolean;
}

export interface PageBounds {
  readonly events: number;
  /** Of the events as they are kept. One that is larger by itself is a page of its own. */
  readonly bytes: number;
}

/**
 * The organization's next events behind a number, oldest first, bounded by what they weigh as well: one that changes
 * the schemas of a policy type may have a quarter of a megabyte. Their lengths are known to Postgres without reading them.
 * @throws DatabaseUnavailable
 */
export function readLogPage(
  database: Kysely<ReadModelTables>,
  orgId: string,
  afterSeq: number,
  bounds: PageBounds,
): Promise<BoundedLogPage> {
  return inOrganization(database, orgId, async (transaction) => {
    const rows = await transaction
      .selectFrom((from) =>
        from
          .selectFrom('read_models.audit_entries')
          .select(['seq', 'event_type', 'event'])
          .select(sql<string>`octet_length(event)`.as('bytes'))
          .select(sql<string>`sum(octet_length(event)) over (order by seq)`.as('bytes_so_far'))
          .where('org_id', '=', orgId)
          .where('seq', '>', String(afterSeq))
          .orderBy('seq')
          .limit(bounds.events)
          .as('page'),
      )
      .select(['seq', 'event_type', 'event', 'bytes_so_far'])
      .where(sql<boolean>`bytes_so_far - bytes < ${bounds.bytes}`)
      .orderBy('seq')
      .execute();
    const last = rows.at(-1);
    return {
      events: rows.map((row) => ({ seq: Number(row.seq), event: toRecordedEvent(row) })),
      caughtUp: last === undefined || (rows.length < bounds.events && Number(last.bytes_so_far) < bounds.bytes),
    };
  });
}
