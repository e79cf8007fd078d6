import type pg from 'pg';
import { BEGINNING, LogIntegrityError, toPosition, type Position } from '#libs/event-store';
import { assertHeadAgrees } from './assert-head-agrees.js';
import { AS_TEXT } from './stored-event-row.js';

/** What an integrity check has looked at without finding anything. */
export interface LogVerified {
  readonly events: number;
  readonly position: Position;
}

type Place = [position: string, stream: string, revision: string, follows: 't' | 'f'];

/** An event follows when it is its stream's first or the one before it stands earlier in the log. */
const PLACES = `
select position, stream, revision,
       revision = 0 or exists (select 1 from event_store.events as before
                               where before.stream = page.stream and before.revision = page.revision - 1
                                 and before.position < page.position)
from event_store.events as page where position > $1 order by position limit 5000`;

/**
 * Walks the log after `from`, in pages and constant memory, up to where it ended when it was reached.
 * @throws LogIntegrityError where a position is missing, a stream lacks a revision, or head and newest event disagree
 * @throws Error of `pg`
 */
export async function verifyLog(pool: pg.Pool, from: Position = BEGINNING): Promise<LogVerified> {
  await assertHeadAgrees(pool);
  let position = BigInt(from);
  for (;;) {
    const page = { name: 'event_store_verify', text: PLACES, rowMode: 'array' as const, types: AS_TEXT };
    const { rows } = await pool.query<Place>({ ...page, values: [position.toString()] });
    if (rows.length === 0) return { events: Number(position - from), position: toPosition(position) };
    for (const [found, stream, revision, follows] of rows) {
      position += 1n;
      if (BigInt(found) !== position) throw new LogIntegrityError(position, BigInt(found));
      if (follows === 'f') throw new LogIntegrityError(BigInt(revision) - 1n, BigInt(revision), stream);
    }
  }
}
