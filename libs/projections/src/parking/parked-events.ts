import type pg from 'pg';
import type { StoredEvent } from '#libs/event-store';
import type { Generation } from '../generations/generation.js';
import type { SequencedEvent } from '../projection.js';

/** A parked event's place: what is needed to read it again and to number it as it was. */
export interface ParkedEvent {
  readonly revision: number;
  readonly seq: number;
}

/** The streams that are parked, with the reason for those that are only now. */
export type ParkedStreams = Map<string, string | null>;

export async function loadParkedStreams(
  client: pg.ClientBase,
  { name, generation }: Generation,
): Promise<ParkedStreams> {
  const { rows } = await client.query<{ stream: string }>(
    `select distinct stream from read_models.projection_parked_events where projection = $1 and generation = $2`,
    [name, generation],
  );
  return new Map(rows.map(({ stream }) => [stream, null]));
}

/** Writes down where the events are, in the transaction that passes them by. */
export async function parkEvents(
  transaction: pg.ClientBase,
  { name, generation }: Generation,
  events: readonly SequencedEvent[],
  reasons: ReadonlyMap<string, string | null>,
): Promise<void> {
  const column = <T>(value: (event: StoredEvent) => T): T[] => events.map(({ event }) => value(event));
  await transaction.query(
    `insert into read_models.projection_parked_events
       (projection, generation, stream, revision, event_id, position, org_id, error, seq)
     select $1, $2, * from unnest($3::text[], $4::bigint[], $5::uuid[], $6::numeric[], $7::text[], $8::text[], $9::bigint[])`,
    [
      ...[name, generation],
      column(({ stream }) => stream),
      column(({ revision }) => revision),
      column(({ id }) => id),
      column(({ position }) => position.toString()),
      column(({ metadata }) => metadata.org_id),
      column(({ stream }) => reasons.get(stream) ?? null),
      events.map(({ seq }) => seq),
    ],
  );
}

/** The oldest parked events of one stream, in order. */
export async function loadParkedEvents(
  client: pg.ClientBase,
  { name, generation }: Generation,
  stream: string,
  limit: number,
): Promise<readonly ParkedEvent[]> {
  const { rows } = await client.query<{ revision: string; seq: string }>(
    `select revision, seq from read_models.projection_parked_events
     where projection = $1 and generation = $2 and stream = $3 order by revision limit $4`,
    [name, generation, stream, limit],
  );
  return rows.map(({ revision, seq }) => ({ revision: Number(revision), seq: Number(seq) }));
}

/** Takes the events of one stream up to that revision out again, in the transaction that projects them. */
export async function forgetParkedEvents(
  transaction: pg.ClientBase,
  { name, generation }: Generation,
  stream: string,
  upTo: number,
): Promise<void> {
  await transaction.query(
    `delete from read_models.projection_parked_events
     where projection = $1 and generation = $2 and stream = $3 and revision <= $4`,
    [name, generation, stream, upTo],
  );
}
