import type pg from 'pg';
import { toPosition, type Position } from '#libs/event-store';

/** The position of the newest event. @throws Error of `pg` */
export async function readHead(client: pg.Pool | pg.Client): Promise<Position> {
  const { rows } = await client.query<{ position: string }>({
    name: 'event_store_head',
    text: 'select position from event_store.head',
  });
  const [row] = rows;
  if (row === undefined) throw new Error('the event store has no head row');
  return toPosition(row.position);
}
