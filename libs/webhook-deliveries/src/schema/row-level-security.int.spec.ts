import type pg from 'pg';
import { DeliveryDatabase } from '../testing/delivery-database.js';

/** Every table of schema `webhooks` that has rows of organizations, and what the api role may do with it. */
const TABLES = ['attempt_counts', 'deliveries', 'endpoints', 'events', 'history', 'replays', 'sequences', 'skips'];

let database: DeliveryDatabase;
beforeAll(async () => {
  database = await DeliveryDatabase.create();
  for (const [n, org] of ['org_a', 'org_b'].entries()) {
    const webhook = await database.endpoint(n, org);
    await database.pend(webhook, 1, { org_id: org });
    await database.finish((await database.claim()).filter(({ orgId }) => orgId === org));
    await database.pend(webhook, 1, { org_id: org });
    await database.owner.query(
      `insert into webhooks.events values ('${org}', ${n}, 'evt_1', 'job.failed', now(), 'job-1', 0)`,
    );
    await database.owner.query(`insert into webhooks.sequences values ('${org}', '${webhook}', ${n}, 1)`);
    await database.owner.query(
      `insert into webhooks.replays values ('rpl_${n}', '${org}', '${webhook}', '{}', now(), now(), 0, ${n})`,
    );
    await database.owner.query(`insert into webhooks.skips values ('${org}', '${webhook}', 1, null)`);
  }
});
afterAll(() => database.drop());

async function as<T>(orgId: string | null, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await database.api.connect();
  try {
    await client.query('begin');
    if (orgId !== null) await client.query(`select set_config('keyledger.org_id', $1, true)`, [orgId]);
    return await work(client);
  } finally {
    await client.query('rollback');
    client.release();
  }
}

const seenBy = (table: string, orgId: string | null) =>
  as(orgId, async (client) => {
    const { rows } = await client.query<{ org_id: string }>(`select distinct org_id from webhooks.${table}`);
    return rows.map(({ org_id }) => org_id);
  });

it('knows all tables that the api role may read', async () => {
  const { rows } = await database.api.query<{ name: string }>(
    `select c.relname as name from pg_class c
     where c.relnamespace = 'webhooks'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
       and has_table_privilege(c.oid, 'select') order by 1`,
  );
  expect(rows.map(({ name }) => name)).toEqual([...TABLES, 'fan_out'].sort());
});

it('shows the rows of one organization alone, without any filter of the application', async () => {
  for (const table of TABLES) {
    expect([table, await seenBy(table, 'org_a')]).toEqual([table, ['org_a']]);
    expect([table, await seenBy(table, 'org_b')]).toEqual([table, ['org_b']]);
    for (const none of ['org_c', '', null]) expect([table, await seenBy(table, none)]).toEqual([table, []]);
  }
});

it('is enabled and forced on every table with an organization in it that anybody may be granted', async () => {
  const { rows } = await database.owner.query(
    `select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = 'webhooks'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and a.attname = 'org_id' and not (c.relrowsecurity and c.relforcerowsecurity)`,
  );
  expect(rows).toEqual([]);
});

it('lets nobody reach the days of history by themselves', async () => {
  const { rows } = await database.owner.query<{ day: string }>(
    `select 'webhooks.' || relname as day from pg_inherits join pg_class on pg_class.oid = inhrelid where inhparent = 'webhooks.history'::regclass`,
  );
  expect(rows.length).toBeGreaterThan(0);
  for (const { day } of rows) {
    for (const pool of [database.api, database.projector])
      await expect(pool.query(`select from ${day}`)).rejects.toThrow('permission denied');
  }
});

it('lets the api role write what endpoints say of themselves, of its own organization, and nothing else', async () => {
  for (const table of TABLES.filter((name) => name !== 'endpoints')) {
    for (const statement of [
      `insert into webhooks.${table} select * from webhooks.${table}`,
      `update webhooks.${table} set org_id = 'org_a'`,
      `delete from webhooks.${table}`,
    ])
      await expect(as('org_a', (client) => client.query(statement))).rejects.toThrow('permission denied');
  }
  await expect(as('org_a', (client) => client.query('delete from webhooks.endpoints'))).rejects.toThrow('denied');
  await expect(as('org_a', (client) => client.query(`update webhooks.endpoints set org_id = 'org_b'`))).rejects.toThrow(
    'row-level security',
  );
  const { rowCount } = await as('org_a', (client) => client.query(`update webhooks.endpoints set slow = false`));
  expect(rowCount).toBe(1);
  await expect(as('org_a', (client) => client.query('update webhooks.fan_out set position = 0'))).rejects.toThrow(
    'denied',
  );
});

it('lets the dispatcher see all, and the operator count what waits', async () => {
  for (const table of TABLES) {
    const { rows } = await database.projector.query(`select distinct org_id from webhooks.${table} order by 1`);
    expect([table, rows]).toEqual([table, [{ org_id: 'org_a' }, { org_id: 'org_b' }]]);
  }
  const operator = database.pool('operator');
  try {
    const { rows } = await operator.query(
      'select count(*)::int as waiting from webhooks.deliveries join webhooks.endpoints using (webhook_id)',
    );
    expect(rows).toEqual([{ waiting: 2 }]);
    for (const hidden of [
      'select body from webhooks.deliveries',
      'select url from webhooks.endpoints',
      'select from webhooks.history',
    ])
      await expect(operator.query(hidden)).rejects.toThrow('permission denied');
    await expect(operator.query('update webhooks.fan_out set send_from = 0')).rejects.toThrow('permission denied');
  } finally {
    await operator.end();
  }
});
