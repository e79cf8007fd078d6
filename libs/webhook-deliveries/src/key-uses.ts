import type pg from 'pg';

/** When these keys were last used, Unix seconds; those that never were are missing. */
export async function keyUses(
  client: pg.ClientBase | pg.Pool,
  keyIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await client.query<{ key_id: string; last_used_at: string }>(
    'select key_id, last_used_at from read_models.api_key_usage where key_id = any($1)',
    [keyIds],
  );
  return new Map(rows.map(({ key_id, last_used_at }) => [key_id, Number(last_used_at)]));
}
