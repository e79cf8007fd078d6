import type pg from 'pg';
import { streamLimit, type StoredEvent, type StreamRead } from '#libs/event-store';
import { AS_TEXT, EVENT_COLUMNS, toStoredEvent, type StoredEventRow } from './stored-event-row.js';

const FORWARDS = {
  name: 'event_store_read_stream',
  text: `select ${EVENT_COLUMNS} from event_store.events where stream = $1 and revision >= $2 order by revision limit $3`,
};
const BACKWARDS = {
  name: 'event_store_read_stream_backwards',
  text: `select ${EVENT_COLUMNS} from event_store.events where stream = $1 and revision <= $2 order by revision desc limit $3`,
};

/** A page of one stream; see the port. @throws Error of `pg` */
export async function readStream(pool: pg.Pool, stream: string, read: StreamRead): Promise<readonly StoredEvent[]> {
  const backwards = read.direction === 'backwards';
  const from = read.from ?? (backwards ? Number.MAX_SAFE_INTEGER : 0);
  const { rows } = await pool.query<StoredEventRow>({
    ...(backwards ? BACKWARDS : FORWARDS),
    values: [stream, from, streamLimit(read)],
    rowMode: 'array',
    types: AS_TEXT,
  });
  return rows.map(toStoredEvent);
}
