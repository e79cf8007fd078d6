import pg from 'pg';

const PAGE = 5_000;

/** How long plain SQL takes to write what the projections ended with: each table's rows, a page a statement, one commit each. */
export async function secondsToWritePlainly(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('set synchronous_commit = off');
    let milliseconds = 0;
    for (const table of ['audit_entries', 'api_keys']) milliseconds += await copyPlainly(client, table);
    return milliseconds / 1_000;
  } finally {
    await client.end();
  }
}

async function copyPlainly(client: pg.Client, table: string): Promise<number> {
  const { rows: columns } = await client.query<{ name: string; type: string }>(
    `select attname as name, atttypid::regtype::text as type from pg_attribute
     where attrelid = 'read_models.${table}'::regclass and attnum > 0 order by attnum`,
  );
  await client.query(`create table plain_${table} (like read_models.${table})`);
  const arrays = columns.map(({ name }) => `array_agg(${name})::text`).join(', ');
  const parameters = columns.map(({ type }, index) => `$${index + 1}::${type}[]`).join(', ');
  const { rows: pages } = await client.query<string[]>({
    text: `select ${arrays} from (select *, row_number() over () as number from read_models.${table}) as numbered
           group by number / ${PAGE}`,
    rowMode: 'array',
  });
  const started = performance.now();
  for (const values of pages) {
    await client.query({
      name: `plain_${table}`,
      text: `insert into plain_${table} select * from unnest(${parameters})`,
      values,
    });
  }
  const milliseconds = performance.now() - started;
  await client.query(`drop table plain_${table}`);
  return milliseconds;
}
