import type pg from 'pg';
import { LogIntegrityError } from '#libs/event-store';

/**
 * Compares what the head says with the newest event, in one snapshot: a log that was restored without its end, or into
 * which someone wrote by hand, is found before anything is appended to it.
 * @throws LogIntegrityError
 * @throws Error of `pg`
 */
export async function assertHeadAgrees(connection: pg.Pool | pg.Client): Promise<void> {
  const { rows } = await connection.query<{ head: string; newest: string }>(`
    select coalesce((select position from event_store.head), 0) as head,
           coalesce((select max(position) from event_store.events), 0) as newest`);
  for (const { head, newest } of rows) {
    if (head !== newest) throw new LogIntegrityError(BigInt(head), BigInt(newest));
  }
}
