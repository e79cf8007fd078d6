import type pg from 'pg';

interface SkipRow {
  readonly webhook_id: string;
  readonly before: string;
  readonly but: readonly string[] | null;
}

/** So many in one transaction: it is over in moments. */
const AT_ONCE = 2_000;

/**
 * Goes on with one of the skips that are not through, whosesoever nobody else has in hand; what was held back because of it
 * is due again once it is.
 * @returns null: there is none; otherwise whether that one is through
 */
export async function goOnSkipping(client: pg.ClientBase): Promise<boolean | null> {
  const { rows } = await client.query<SkipRow>(
    'select webhook_id, before, but from webhooks.skips order by random() limit 1 for update skip locked',
  );
  const [skip] = rows;
  if (skip === undefined) return null;
  const { webhook_id: webhookId, before, but } = skip;
  const some = await client.query<{ through: boolean }>('select webhooks.skip_some($1, $2, $3, $4) as through', [
    ...[webhookId, before, but, AT_ONCE],
  ]);
  if (some.rows[0]?.through !== true) return false;
  await client.query('delete from webhooks.skips where webhook_id = $1 and before = $2', [webhookId, before]);
  await client.query(`select webhooks.is_due(array[$1], '-infinity'), pg_notify('keyledger_deliveries', '')`, [
    webhookId,
  ]);
  return true;
}
