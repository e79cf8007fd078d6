import type pg from 'pg';
import type { StoredEvent } from '#libs/event-store';
import type { Generation } from './generations/generation.js';
import type { SequencedEvent } from './projection.js';

interface CountRow {
  readonly org_id: string;
  readonly seq: string;
}

/**
 * Numbers the events of a page, each within its organization, going on from what this projection counted before. The
 * number follows from the log alone, so that a rebuild and every other projection give the same ones.
 */
export async function assignSequences(
  client: pg.ClientBase,
  { name, generation }: Generation,
  events: readonly StoredEvent[],
): Promise<readonly SequencedEvent[]> {
  const counts = new Map<string, number>();
  for (const { metadata } of events) counts.set(metadata.org_id, (counts.get(metadata.org_id) ?? 0) + 1);
  const { rows } = await client.query<CountRow>({
    name: 'assign_sequences',
    text: `insert into read_models.projection_sequences as counted (projection, generation, org_id, seq)
     select $1, $2, page.org_id, page.events from unnest($3::text[], $4::bigint[]) as page (org_id, events)
     on conflict (projection, generation, org_id) do update set seq = counted.seq + excluded.seq
     returning org_id, seq`,
    values: [name, generation, [...counts.keys()], [...counts.values()]],
  });
  const last = new Map(rows.map((row) => [row.org_id, Number(row.seq) - (counts.get(row.org_id) ?? 0)]));
  return events.map((event) => {
    const seq = (last.get(event.metadata.org_id) ?? 0) + 1;
    last.set(event.metadata.org_id, seq);
    return { event, seq };
  });
}
