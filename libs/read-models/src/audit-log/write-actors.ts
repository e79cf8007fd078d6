import type pg from 'pg';
import type { Actor } from '#libs/domain';
import type { SequencedEvent } from '#libs/projections';
import { BinaryArray } from '../binary-array.js';

interface SeenActor {
  readonly orgId: string;
  readonly actor: Actor;
  readonly lastSeq: number;
}

/** Notes who acted in a page, each actor once, with the number of the last act and the newest name that is known. */
export async function writeActors(transaction: pg.ClientBase, page: readonly SequencedEvent[]): Promise<void> {
  const seen = new Map<string, SeenActor>();
  for (const { event, seq } of page) {
    const { org_id: orgId, actor } = event.metadata;
    // No organization's id and no type has a line feed in it, so that no two actors are one.
    const id = `${orgId}\n${actor.type}\n${actor.id}`;
    const name = actor.name ?? seen.get(id)?.actor.name ?? null;
    seen.set(id, { orgId, actor: name === actor.name ? actor : { ...actor, name }, lastSeq: seq });
  }
  const actors = [...seen.values()];
  await transaction.query({
    name: 'write_actors',
    text: WRITE_ACTORS,
    values: [
      BinaryArray.text(actors, ({ orgId }) => orgId),
      BinaryArray.text(actors, ({ actor }) => actor.type),
      BinaryArray.text(actors, ({ actor }) => actor.id),
      BinaryArray.text(actors, ({ actor }) => actor.name),
      BinaryArray.int8(actors, ({ lastSeq }) => lastSeq),
    ],
  });
}

/** A name that is not known this time does not hide the one that was; events that were parked come late. */
const WRITE_ACTORS = `
  insert into audit_actors as stored (org_id, type, id, name, last_seq)
  select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[])
  on conflict (org_id, type, id) do update set
    name = case when excluded.last_seq > stored.last_seq
             then coalesce(excluded.name, stored.name) else coalesce(stored.name, excluded.name) end,
    last_seq = greatest(stored.last_seq, excluded.last_seq)`;
