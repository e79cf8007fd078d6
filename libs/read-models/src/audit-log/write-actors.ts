import type pg from 'pg';
import type { SequencedEvent } from '#libs/projections';

interface ActorRow {
  readonly org_id: string;
  readonly type: string;
  readonly id: string;
  readonly name: string | null;
  readonly last_seq: number;
}

/** Notes who acted in a page, each actor once, with the number of the last act and the newest name that is known. */
export async function writeActors(transaction: pg.ClientBase, page: readonly SequencedEvent[]): Promise<void> {
  const actors = new Map<string, ActorRow>();
  for (const { event, seq } of page) {
    const { org_id, actor } = event.metadata;
    const id = JSON.stringify([org_id, actor.type, actor.id]);
    const name = actor.name ?? actors.get(id)?.name ?? null;
    actors.set(id, { org_id, type: actor.type, id: actor.id, name, last_seq: seq });
  }
  await transaction.query({ name: 'write_actors', text: WRITE_ACTORS, values: [JSON.stringify([...actors.values()])] });
}

/** A name that is not known this time does not hide the one that was. */
const WRITE_ACTORS = `
  insert into read_models.audit_actors as stored (org_id, type, id, name, last_seq)
  select * from json_to_recordset($1::json) as page (org_id text, type text, id text, name text, last_seq bigint)
  on conflict (org_id, type, id) do update set
    name = coalesce(excluded.name, stored.name),
    last_seq = excluded.last_seq`;
