import type pg from 'pg';
import {
  LogIntegrityError,
  logLimit,
  toPosition,
  type LogPage,
  type LogRead,
  type StoredEvent,
} from '#libs/event-store';
import { AS_TEXT, toStoredEvent, type StoredEventRow } from './stored-event-row.js';

/** A place of the log that the filter leaves out, or (the last row) the head: nothing but the position. */
type BarePlace = [position: string, stream: null, ...rest: null[]];

/** What one page may hold of data and metadata: 10,000 events of a megabyte each would not fit into the process. */
const MAX_PAGE_BYTES = 16_000_000;

/**
 * Every place of the page with its position, but the event only where the filter lets it through, so that the reader
 * can tell a place that is left out from one that is missing. The page ends early once it holds enough bytes. The head
 * comes as the last row: of the same statement and so of the same snapshot, it says whether the page reaches the end.
 */
const READ_LOG = {
  name: 'event_store_read_log',
  text: `
(select position,
        case when passes then stream end, case when passes then revision end, case when passes then event_id end,
        case when passes then type end, case when passes then data end, case when passes then metadata end,
        case when passes then recorded_at end
 from (select *, sum(case when passes then octet_length(data) + octet_length(metadata) else 0 end)
                 over (order by position rows between unbounded preceding and 1 preceding) as bytes_before
       from (select *, $3::text[] is null or stream ^@ any ($3::text[]) as passes
             from event_store.events where position > $1 order by position limit $2) as places) as page
 where bytes_before is null or bytes_before < ${MAX_PAGE_BYTES}
 order by position)
union all
select position, null, null, null, null, null, null, null from event_store.head`,
};

/**
 * A page of the log; see the port.
 * @throws Error of `pg`
 * @throws LogIntegrityError when a position is missing, or the log ends before `after`
 */
export async function readLog(pool: pg.Pool, { after, prefixes, limit }: LogRead): Promise<LogPage> {
  const askedAt = performance.now();
  const { rows } = await pool.query<StoredEventRow | BarePlace>({
    ...READ_LOG,
    values: [after.toString(), logLimit({ limit }), prefixes ?? null],
    rowMode: 'array',
    types: AS_TEXT,
  });
  const head = toPosition(rows.pop()?.[0] ?? '0');
  const events: StoredEvent[] = [];
  let last = Number(after);
  for (const row of rows) {
    // Positions stay far below 2^53, and a bigint for each place would cost more than the check.
    if (Number(row[0]) !== ++last) throw new LogIntegrityError(BigInt(last), BigInt(row[0]));
    if (isEvent(row)) events.push(toStoredEvent(row));
  }
  const position = toPosition(BigInt(last));
  const endsEarly = rows.length === 0 && position !== head;
  if (endsEarly || position > head) throw new LogIntegrityError(position + 1n, head);
  return { events, position, caughtUp: position === head, askedAt };
}

function isEvent(row: StoredEventRow | BarePlace): row is StoredEventRow {
  return row[1] !== null;
}
