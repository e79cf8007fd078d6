import pg from 'pg';
import { migrate } from '#libs/postgres';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { auditEntriesMigration } from './audit-entries.migration.js';
import { readModelMigrations } from './read-model-migrations.js';

const before = readModelMigrations.slice(0, readModelMigrations.indexOf(auditEntriesMigration));
let database: TestDatabase;
let owner: pg.Client;

beforeEach(async () => {
  database = await createTestDatabase();
  await migrate(database.url, before);
  owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
});
afterEach(async () => {
  await owner.end();
  await database.drop();
});

async function generations() {
  const { rows } = await owner.query<object>(
    `select generation, version, state from read_models.projection_generations
     where projection = 'audit-log' order by generation`,
  );
  return rows;
}

/** As the version before projected one event. */
async function projectOne(): Promise<void> {
  await owner.query(
    `insert into read_models_audit_log_1.audit_entries
       (org_id, seq, occurred_at, event_type, actor_id, target_type, target_id, target_lineage, search, event)
     values ('org_a', 1, 0, 'access_denied', 'a', 'audit_log', 'org_a', 'org_a', '', '{}')`,
  );
  await owner.query(`update read_models.projection_checkpoints set position = 1 where projection = 'audit-log'`);
}

it('gives tables without a row the new shape and version', async () => {
  await migrate(database.url, readModelMigrations);
  expect(await generations()).toEqual([{ generation: 1, version: 2, state: 'serving' }]);
  const { rows } = await owner.query(
    `select from pg_indexes where schemaname = 'read_models_audit_log_1' and indexdef like '%(org_id, seq) WHERE is_entry'`,
  );
  expect(rows).toHaveLength(1);
});

it('keeps what serves, each row of it an entry, and leaves it to a rebuild', async () => {
  await projectOne();
  await migrate(database.url, readModelMigrations);
  expect(await generations()).toEqual([{ generation: 1, version: 1, state: 'serving' }]);
  const { rows } = await owner.query('select seq, is_entry from read_models.audit_entries');
  expect(rows).toEqual([{ seq: '1', is_entry: true }]);
  // A process of the version before goes on writing.
  await owner.query(
    `insert into read_models_audit_log_1.audit_entries
       (org_id, seq, occurred_at, event_type, actor_id, target_type, target_id, target_lineage, search, event)
     values ('org_a', 2, 0, 'access_denied', 'a', 'audit_log', 'org_a', 'org_a', '', '{}')`,
  );
  await owner.query(`select read_models.open_generation('audit-log', 2)`);
  await owner.query(`update read_models.projection_checkpoints set position = 1 where projection = 'audit-log'`);
  const { rows: switched } = await owner.query(`select read_models.switch_generation('audit-log', 2) as done`);
  expect(switched).toEqual([{ done: true }]);
  const { rows: after } = await owner.query('select is_entry from read_models.audit_entries');
  expect(after).toEqual([]);
});

it('gives a rebuild of the version before up, which would serve without the column', async () => {
  await projectOne();
  await owner.query(`select read_models.open_generation('audit-log', 1)`);
  await migrate(database.url, readModelMigrations);
  expect(await generations()).toEqual([
    { generation: 1, version: 1, state: 'serving' },
    { generation: 2, version: 1, state: 'failed' },
  ]);
  await expect(owner.query(`select read_models.switch_generation('audit-log', 2)`)).rejects.toThrow('not being built');
});

it('secures the tables that it makes anew as the old ones were', async () => {
  await migrate(database.url, readModelMigrations);
  const { rows } = await owner.query(
    `select relrowsecurity, relforcerowsecurity,
            (select count(*)::int from pg_policies where schemaname = 'read_models_audit_log_1' and tablename = relname) as policies
     from pg_class where oid = 'read_models_audit_log_1.audit_entries'::regclass`,
  );
  expect(rows).toEqual([{ relrowsecurity: true, relforcerowsecurity: true, policies: 2 }]);
});
