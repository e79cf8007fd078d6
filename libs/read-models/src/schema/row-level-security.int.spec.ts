import { sql } from 'kysely';
import { AuditLogProjection } from '../audit-log/audit-log.projection.js';
import { ApiKeyHistoryProjection } from '../api-key-history/api-key-history.projection.js';
import { ApiKeysProjection } from '../api-keys/api-keys.projection.js';
import { recordUse } from '../api-keys/record-use.js';
import { JobsProjection } from '../jobs/jobs.projection.js';
import { PolicyTypesProjection } from '../policy-types/policy-types.projection.js';
import { UsageProjection } from '../usage/usage.projection.js';
import { WebhooksProjection } from '../webhooks/webhooks.projection.js';
import {
  apiKeyCreated,
  jobCompleted,
  jobId,
  jobLeased,
  jobSubmitted,
  keyId,
  policyTypeCreated,
  webhookCreated,
  webhookId,
} from '#libs/testing';
import { logOf } from '../testing/log-of.js';
import { ReadModelDatabase } from '../testing/read-model-database.js';

let database: ReadModelDatabase;
let tables: readonly string[];

beforeAll(async () => {
  database = await ReadModelDatabase.create();
  const key = (lineage: string) => ({ key_id: keyId(0, lineage) });
  const job = (n: number, org_id: string) => {
    const id = { job_id: jobId(n) };
    return [jobSubmitted(id, { org_id }), jobLeased(id, { org_id }), jobCompleted(id, { org_id })];
  };
  const log = logOf([
    apiKeyCreated(key('AAAAAAAAAAAAAAAA'), { org_id: 'org_a' }),
    apiKeyCreated(key('BBBBBBBBBBBBBBBB'), { org_id: 'org_b' }),
    policyTypeCreated({}, { org_id: 'org_a' }),
    policyTypeCreated({}, { org_id: 'org_b' }),
    webhookCreated({ webhook_id: webhookId(0) }, { org_id: 'org_a' }),
    webhookCreated({ webhook_id: webhookId(1) }, { org_id: 'org_b' }),
    ...job(0, 'org_a'),
    ...job(1, 'org_b'),
  ]);
  await database.project(new ApiKeysProjection(), log);
  await database.project(new ApiKeyHistoryProjection(), log);
  await database.project(new AuditLogProjection(), log);
  await database.project(new PolicyTypesProjection(), log);
  await database.project(new JobsProjection(), log);
  await database.project(new UsageProjection(), log);
  await database.project(new WebhooksProjection(), log);
  await recordUse(database.apiPool, 'org_a', [{ keyId: 'ak_a', at: 1 }]);
  await recordUse(database.apiPool, 'org_b', [{ keyId: 'ak_b', at: 1 }]);
  // Every table and view with an organization in it that the api role may read, whatever generation it is of.
  const { rows } = await database.apiPool.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace::regnamespace::text like 'read\\_models%' and c.relkind in ('r', 'p', 'v', 'm')
       and a.attname = 'org_id' and has_table_privilege(c.oid, 'select') order by 1`,
  );
  tables = rows.map(({ name }) => name);
});
afterAll(() => database.drop());

async function seenBy(table: string, orgId: string | null): Promise<readonly string[]> {
  return database.api.transaction().execute(async (transaction) => {
    if (orgId !== null) await sql`select set_config('keyledger.org_id', ${orgId}, true)`.execute(transaction);
    const { rows } = await sql<{ org_id: string }>`select distinct org_id from ${sql.raw(table)}`.execute(transaction);
    return rows.map(({ org_id }) => org_id);
  });
}

it('knows which tables it speaks of', () => {
  expect(tables).toEqual([
    'read_models.api_key_states',
    'read_models.api_key_steps',
    'read_models.api_key_usage',
    'read_models.api_keys',
    'read_models.audit_actors',
    'read_models.audit_entries',
    'read_models.job_steps',
    'read_models.jobs',
    'read_models.policy_types',
    'read_models.usage_attempts',
    'read_models.usage_buckets',
    'read_models.usage_jobs',
    'read_models.webhooks',
    'read_models_api_key_history_1.api_key_states',
    'read_models_api_key_history_1.api_key_steps',
    'read_models_api_keys_1.api_keys',
    'read_models_audit_log_1.audit_actors',
    'read_models_audit_log_1.audit_entries',
    'read_models_jobs_1.job_steps',
    'read_models_jobs_1.jobs',
    'read_models_policy_types_1.policy_types',
    'read_models_usage_1.usage_attempts',
    'read_models_usage_1.usage_buckets',
    'read_models_usage_1.usage_jobs',
    'read_models_webhooks_1.webhooks',
  ]);
});

it('shows the rows of one organization alone, without any filter of the application', async () => {
  for (const table of tables) {
    expect([table, await seenBy(table, 'org_a')]).toEqual([table, ['org_a']]);
    expect([table, await seenBy(table, 'org_b')]).toEqual([table, ['org_b']]);
    expect([table, await seenBy(table, 'org_c')]).toEqual([table, []]);
  }
});

it('shows nothing where no organization is set, before and after a transaction that set one', async () => {
  for (const table of tables)
    expect([table, await seenBy(table, null), await seenBy(table, '')]).toEqual([table, [], []]);
});

it('is enabled and forced on every table with an organization in it, the unreadable ones too', async () => {
  const { rows } = await database.apiPool.query(
    `select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace::regnamespace::text like 'read\\_model%' and c.relkind in ('r', 'p') and a.attname = 'org_id'
       and not (c.relrowsecurity and c.relforcerowsecurity)`,
  );
  expect(rows).toEqual([]);
});

it('lets the api role write nothing that the log says', async () => {
  for (const table of tables.filter((name) => name !== 'read_models.api_key_usage')) {
    for (const statement of [`update ${table} set org_id = 'org_a'`, `delete from ${table}`, `truncate ${table}`]) {
      await expect(database.apiPool.query(statement)).rejects.toThrow(/permission denied|is not a table/);
    }
    await expect(database.apiPool.query(`insert into ${table} select * from ${table}`)).rejects.toThrow(/denied/);
  }
});

it('lets no organization note a use under another one’s name', async () => {
  const insert = database.api.transaction().execute(async (transaction) => {
    await sql`select set_config('keyledger.org_id', 'org_a', true)`.execute(transaction);
    await sql`insert into read_models.api_key_usage values ('org_b', 'ak_x', 1)`.execute(transaction);
  });
  await expect(insert).rejects.toThrow(/row-level security/);
  await expect(database.apiPool.query('delete from read_models.api_key_usage')).rejects.toThrow(/permission denied/);
});

it('holds for roles that can neither pass by it nor own a table', async () => {
  for (const pool of [database.apiPool, database.projectorPool]) {
    const { rows } = await pool.query(
      `select rolsuper, rolbypassrls, rolcreaterole,
              exists (select from pg_class where relowner = pg_roles.oid) as owns
       from pg_roles where rolname = current_user`,
    );
    expect(rows).toEqual([{ rolsuper: false, rolbypassrls: false, rolcreaterole: false, owns: false }]);
  }
});
