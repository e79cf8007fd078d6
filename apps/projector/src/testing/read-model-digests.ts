import pg from 'pg';

/** How a projection stands differs from one process to the next, its numbering does not; uses of keys are not in the log. */
const isFolded = (name: string): boolean =>
  name === 'projection_sequences' || !/^(projection_.*|serving_projections|api_key_usage)$/.test(name);

/** How many rows each read model has, and a digest of all of them, as the owner sees them. */
export async function readModelDigests(databaseUrl: string): Promise<Readonly<Record<string, string>>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = 'read_models' order by 1`,
    );
    const found: Record<string, string> = {};
    for (const { name } of tables.rows.filter((table) => isFolded(table.name))) {
      const { rows } = await client.query<{ digest: string }>(
        `select count(*) || ' rows ' || coalesce(md5(string_agg(row, ',' order by row)), '') as digest
         from (select to_jsonb(folded)::text as row from read_models.${pg.escapeIdentifier(name)} as folded) as every`,
      );
      found[name] = rows[0]?.digest ?? '';
    }
    return found;
  } finally {
    await client.end();
  }
}
