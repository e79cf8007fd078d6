import type pg from 'pg';
import { toPosition, type AppendResult, type SerialisedAppend } from '#libs/event-store';

interface BatchOutcome {
  readonly head_before: string;
  readonly actual: readonly string[];
  readonly already_at: readonly (string | null)[] | null;
}

const APPEND_BATCH = {
  name: 'event_store_append_batch',
  text: 'select head_before, actual, already_at from event_store.append_batch($1, $2, $3, $4, $5, $6, $7, $8, $9)',
};

/**
 * Appends a batch in one round trip and one transaction; the results stand in the order of the requests. No two of
 * them may be of one stream.
 * @throws Error of `pg`; the outcome is then unknown if the connection broke, and nothing was stored otherwise
 */
export async function appendBatch(pool: pg.Pool, batch: readonly SerialisedAppend[]): Promise<readonly AppendResult[]> {
  const { rows } = await pool.query<BatchOutcome>({ ...APPEND_BATCH, values: parameters(batch) });
  const [outcome] = rows;
  if (outcome === undefined) throw new Error('append_batch answered nothing');
  let position = BigInt(outcome.head_before);
  return batch.map(({ expected, events }, index) => {
    const actual = Number(outcome.actual[index]);
    const alreadyAt = outcome.already_at?.[index] ?? null;
    const revision = expected + events.length;
    if (actual === expected) {
      position += BigInt(events.length);
      return { outcome: 'stored', revision, position: toPosition(position) };
    }
    return alreadyAt === null
      ? { outcome: 'wrong_expected_revision', actual }
      : { outcome: 'stored', revision, position: toPosition(alreadyAt) };
  });
}

/** As the SQL function wants them: arrays of numbers and uuids as literals, the rest joined by line feeds. */
function parameters(batch: readonly SerialisedAppend[]): string[] {
  const [owners, eventStreams, ids, types, data, metadata]: [
    number[],
    string[],
    string[],
    string[],
    string[],
    string[],
  ] = [[], [], [], [], [], []];
  for (const [index, { stream, events }] of batch.entries()) {
    for (const event of events) {
      owners.push(index + 1);
      eventStreams.push(stream);
      ids.push(event.id);
      types.push(event.type);
      data.push(event.data);
      metadata.push(event.metadata);
    }
  }
  const lines = (values: readonly string[]): string => values.join('\n');
  const array = (values: readonly (string | number)[]): string => `{${values.join(',')}}`;
  return [
    lines(batch.map(({ stream }) => stream)),
    array(batch.map(({ expected }) => expected)),
    array(batch.map(({ events }) => events.length)),
    array(owners),
    lines(eventStreams),
    array(ids),
    lines(types),
    lines(data),
    lines(metadata),
  ];
}
