import pg from 'pg';

/** Rows a second when plain SQL reads the same columns in the same pages as text, and nobody parses or checks them. */
export async function plainReadRate(postgresUrl: string, pageSize: number): Promise<number> {
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  const started = performance.now();
  let [rows, after] = [0, '0'];
  for (;;) {
    const page = await client.query<string[]>({
      name: 'plain_read',
      text: `select position, stream, revision, event_id, type, data, metadata, recorded_at
             from event_store.events where position > $1 order by position limit $2`,
      values: [after, pageSize],
      rowMode: 'array',
      types: { getTypeParser: () => (value: string) => value },
    });
    const last = page.rows.at(-1)?.[0];
    if (last === undefined) break;
    rows += page.rows.length;
    after = last;
  }
  const rate = (rows / (performance.now() - started)) * 1_000;
  await client.end();
  return rate;
}
