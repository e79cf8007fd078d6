import type pg from 'pg';

export interface UnparkRequest {
  readonly id: string;
  readonly stream: string;
}

/** What operators asked for and nobody did yet, oldest first. */
export async function openUnparkRequests(client: pg.ClientBase, projection: string): Promise<readonly UnparkRequest[]> {
  const { rows } = await client.query<UnparkRequest>({
    name: 'open_unpark_requests',
    text: `select id, stream from read_models.projection_requests
           where projection = $1 and kind = 'unpark' and state = 'requested' order by id limit 10`,
    values: [projection],
  });
  return rows;
}

/** `error` is null where it was done. */
export async function endRequest(client: pg.ClientBase, id: string, error: string | null): Promise<void> {
  await client.query(`update read_models.projection_requests set state = $2, note = $3 where id = $1`, [
    id,
    error === null ? 'done' : 'failed',
    error,
  ]);
}
